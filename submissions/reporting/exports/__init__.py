"""Exports: exactly the rows of a filter, as an encrypted file that is kept for a day.

`create` accepts a request, `generate` is the worker's side, `expiry` deletes files, `rows` reads, `writers` writes CSV
and XLSX, and `encrypted_file` encrypts the file before it is stored.
"""
