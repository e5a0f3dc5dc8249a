"""Contracts, charging records, rating and invoices. No I/O."""
