"""Benchmarks. `python -m bench.<name>` runs one; the product imports nothing from here."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent  # the checkout
