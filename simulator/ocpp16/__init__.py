"""Stations that speak OCPP 1.6."""
