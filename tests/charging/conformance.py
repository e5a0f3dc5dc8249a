"""OCPP 1.6: every message, its direction, and the test that shows it."""

from importlib.resources import files

OFFICIAL = sorted(
    file.name.removesuffix(".json")
    for file in (files("ocpp.v16") / "schemas").iterdir()
    if file.name.endswith(".json")
)
"""Calls and their answers, by the names of the official schemas."""
