"""OCPP 2.0.1: a handler for each message that stations send; `routes` pairs them."""
