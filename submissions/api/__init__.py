"""The HTTP API for programs: the same rules and actions as the pages, with a token instead of a sign-in."""
