"""Encryption keys: `rotation` while the portal serves, `backup` of data keys. `core.encryption` encrypts."""
