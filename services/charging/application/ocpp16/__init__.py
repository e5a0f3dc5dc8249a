"""OCPP 1.6: a handler for each message that stations send; `routes` pairs them."""
