"""Building blocks without Django models: clock, encryption, Redis, metrics, limits."""
