"""What happened: events, the hash chain, the access report, the erasure journal."""
