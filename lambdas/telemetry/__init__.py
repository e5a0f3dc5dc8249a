"""Telemetry: status documents in, a device's history out."""
