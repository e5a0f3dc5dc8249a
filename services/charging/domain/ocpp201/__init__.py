"""The messages of OCPP 2.0.1, a file for each functional block, as in the official schemas."""
