"""Figures for managers, and for officers about their own decisions. Each number links to the list behind it.

`date_range` is the range of days and `table` the structure of a report; each subject has a module: `backlog`,
`decisions`, `reasons`, `attempts`, `deadlines`, `overrides`. Queries are bounded by the range and use an index.
"""
