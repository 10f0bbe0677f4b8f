"""The call ledger: every call that changes something at the vendor, from decided to settled.

ledger     the states and the only code that writes them
counting   the selfies spent and the 24 hours, written before a call leaves
gate       may anything be sent now: stop switch, hold, pause, clock drift, vendor down
send       claims the most urgent prepared call and talks to the vendor
outcomes   what a parsed reply does to the submission
readback   what the vendor's own record does to it: the status table
silence    how long a submission may be silent before the vendor is asked about it
settle     finds out what became of an unknown call
evidence   does a record show that a call arrived: one judgement for each kind of call
adoption   the vendor has it: what that does to the submission
strays     records at the vendor that carry our reference and belong to no submission here (yet)
memory     the copy of the ledger's tick outside the database
hold       notices a restored database by it; then nothing is sent until a person has looked
recovery   what is asked and looked for meanwhile
"""
