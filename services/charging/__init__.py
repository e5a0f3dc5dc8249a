"""Charging: the OCPP central system and its REST API."""
