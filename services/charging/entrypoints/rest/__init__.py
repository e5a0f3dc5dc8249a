"""The REST API under ``/charging/v1``."""
