"""Pictures as bytes: taking them in (`decode`, `normalise`), and looking at them before a try is spent (`quality`).

No models and no storage here.
"""
