"""Pictures as bytes: taking them in (`intake`, `formats`), and looking at them before a try is spent (`checks`).

No models and no storage here.
"""
