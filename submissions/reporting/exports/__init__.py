"""Exports: exactly what a filter shows, as a sealed file that is kept for a day.

`asking` takes the wish in, `making` is the worker's side, `keeping` throws away, `rows` reads, `sheets` writes CSV and
XLSX, `sealing` encrypts on the way to the storage, `evidence` and `pdf` make the evidence pack of one submission.
"""
