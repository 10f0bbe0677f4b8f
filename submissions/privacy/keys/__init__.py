"""The keys over time: exchanged while the portal serves (`rotation`), kept apart (`backup`).

`core.encryption` encrypts and decrypts.
"""
