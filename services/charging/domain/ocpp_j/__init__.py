"""OCPP-J: the framing and the order of calls on one WebSocket (OCPP-J 1.6), without I/O."""
