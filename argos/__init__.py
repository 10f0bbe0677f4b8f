"""The vendor, ARGOS ID check, and nothing else: no Django, no database.

`client` talks, `replies` reads, `errors` names what can go wrong, `codes` says what to do about the vendor's codes,
`matrix` knows what each document needs, `mrz` checks a passport's printed lines. `sandbox` stands in for the vendor.
"""
