"""Django's PostgreSQL, which asks less whether a connection still stands: see `base`."""
