"""A stand-in for the vendor: a separate HTTP server that keeps the vendor's rules, with faults on demand.

Its rules are written from the contract and not from the client's tables, so that a misreading shows. What the contract
does not say is marked "Assumption" where it stands and listed in docs/sandbox.md.
"""
