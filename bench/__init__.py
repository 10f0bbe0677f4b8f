"""What is measured, against what. `python -m bench.<name>` runs one; nothing of the product imports this."""
