"""Simulate the vendor: a separate HTTP server that applies the vendor's rules and injects faults on request.

Its rules are written from the contract, not from the client's tables, so that a misreading shows. Behaviour that the
contract does not define is marked "Assumption" and listed in docs/sandbox.md.
"""
