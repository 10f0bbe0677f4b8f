"""Talk to the vendor, ARGOS ID check. This package uses no Django and no database.

`client` sends requests, `replies` parses replies, `errors` defines the exceptions, `codes` explains the vendor's codes,
`matrix` holds the rules for each document, `mrz` reads a passport's machine-readable lines. `sandbox` simulates the
vendor.
"""
