"""Billing: charging records, rating, and the monthly invoice."""
