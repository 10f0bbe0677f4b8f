"""Sign-in, second factors and sessions."""
