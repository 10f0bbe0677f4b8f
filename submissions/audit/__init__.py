"""The audit log: events, the hash chain, the access report and the erasure journal."""
