"""Mutants: the product with one small thing turned round, which some test must notice (docs/mutation.md).

changes   which small things are turned round, and how
running   one pytest session: the tests as they are, then a fork for each mutant with the tests that pass through it
"""
