"""Forms with a fixed set of fields, one module per page.

The capture form's fields depend on the document (`capture.fields`).
"""
