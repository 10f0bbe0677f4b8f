"""The keys over time: exchanged while the portal serves (`rotation`), kept apart (`backup`). Sealing is in `vault`."""
