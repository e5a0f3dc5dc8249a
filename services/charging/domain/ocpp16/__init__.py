"""OCPP 1.6 messages, one file each, with the types of the official JSON schemas."""
