"""Figures for managers, and for officers about their own verdicts. Each number links to the list behind it.

`date_range` is the range of days, `table` what a report is made of; one module a subject: `backlog`, `decisions`,
`reasons`, `attempts`, `deadlines`, `overrides`. Reading is bounded by the window and goes by an index.
"""
