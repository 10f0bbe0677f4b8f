"""Images as bytes: decode and re-encode uploads (`decode`, `normalise`), and check them before an attempt (`quality`).

This package uses no models and no storage.
"""
