"""The call ledger: every call that changes something at the vendor, from decided to settled.

ledger    the states and the only code that writes them
gate      may anything be sent now: stop switch, hold, pause, clock drift, vendor down
send      claims the most urgent prepared call and talks to the vendor
outcomes  what a parsed reply does to the submission
readback  what the vendor's own record does to it: the status table
settle    finds out what became of an unknown call, by `evidence` and `adoption`
"""
