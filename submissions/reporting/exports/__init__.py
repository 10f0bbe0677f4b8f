"""Exports: exactly what a filter shows, as a sealed file that is kept for a day.

`create` takes the wish in, `generate` is the worker's side, `expiry` throws away, `rows` reads, `writers` writes CSV
and XLSX, `encrypted_file` encrypts on the way to the storage.
"""
