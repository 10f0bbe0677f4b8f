"""How pages look for one person: language and time zone, chosen and switched on for each request."""
