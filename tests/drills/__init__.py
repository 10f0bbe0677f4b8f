"""Fault drills: the portal as real processes under real faults, and what is counted afterwards (docs/drills.md).

__main__   which drills run, their figures as a table and as JSON lines
one        one drill in one process of its own: environment, Django, plant, count
databases  a database for each drill: PostgreSQL copied from a migrated one, or the embedded SQLite file
plant      the portal's processes: started, killed, stopped and started again
traffic    agents and officers who press through the domain's own actions
scene      one drill's stage: plant, people, clock, gusts of weather, the hour after
browsers   people with a browser before several web servers
vendor, host, restoring, hosts, backup   the drills themselves
counting   the vendor's records against our ledger
guards     takes one guard out of the product, from outside it, to show that the count moves
"""
