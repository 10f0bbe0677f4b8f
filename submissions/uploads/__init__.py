"""Pictures that a phone sends in parts over a slow connection: stored encrypted until they are complete."""
