"""The copy of the audit log in another system: its lines, its destinations, its sending and its verification."""
