"""Fault drills: run the portal as real processes under real faults, then compare with the vendor's records.

docs/drills.md describes them.

__main__   chooses the drills; prints figures as a table and as JSON lines
one        one drill in a process of its own: environment, Django, processes, count
databases  a database for each drill: PostgreSQL copied from a migrated one, or the embedded SQLite file
processes  the portal's processes: start, kill, stop and restart
traffic    agents and officers who use the domain's own actions
scene      the course of a drill: processes, users, clock, a period of faults, one hour without
browsers   users with a browser in front of several web servers
vendor, host, restoring, hosts, backup   the drills
counting   compares the vendor's records with our ledger
guards     removes one guard from the product, from outside, to show that the count detects it
"""
