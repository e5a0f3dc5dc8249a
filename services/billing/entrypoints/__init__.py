"""The queue's consumer and the REST API."""
