"""The application's ports on PostgreSQL: psycopg and plain SQL."""
