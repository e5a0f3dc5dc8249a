"""The schema of billing's database, and how it came to be."""
