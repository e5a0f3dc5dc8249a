"""OCPP-J: the framing and the order of calls on one WebSocket, for all versions, without I/O."""
