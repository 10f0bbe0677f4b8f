"""The data of the benchmarks: PostgreSQL filled with generated, valid submissions, encrypted as the portal does it.

`cluster` keeps the server and the filled databases between runs; `people`, `rows` and `history` define the content;
`load` writes it fast; `here` gives a benchmark its database, keys and broker.
"""
