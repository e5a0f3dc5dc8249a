"""Where others come in: the WebSocket gateway of stations and the REST API of people."""
