"""Charging stations in software, for the demonstration, for tests and for load."""
