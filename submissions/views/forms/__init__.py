"""Forms with a fixed set of fields, one module a page.

The capture form's fields follow the document (`capture.fields`).
"""
