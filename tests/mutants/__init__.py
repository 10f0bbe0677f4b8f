"""Mutants: the product with one small change, which some test must detect (docs/mutation.md).

changes   the kinds of changes
running   one pytest session: the tests without a change, then a fork for each mutant with the tests that reach it
"""
