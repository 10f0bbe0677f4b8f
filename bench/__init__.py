"""Benchmarks. `python -m bench.<name>` runs one; the product imports nothing from here."""
