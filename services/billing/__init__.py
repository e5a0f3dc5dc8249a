"""Billing: session events in; charging records, priced lines and issued invoices out."""
