"""Sites are planned, and their stations told."""
