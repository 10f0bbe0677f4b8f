"""The benches' own data: a real PostgreSQL filled with generated, lawful submissions, encrypted as the portal does it.

`cluster` keeps the server and the filled databases between runs; `people`, `rows` and `history` say what is in them;
`load` brings it there quickly; `here` gives a bench its database, its keys and its broker.
"""
