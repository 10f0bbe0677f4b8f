"""Reports, exports and evidence packs."""
