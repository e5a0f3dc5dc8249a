"""Sites, their limits and their plans in PostgreSQL."""
