"""The outside as the application needs it: PostgreSQL and SQS."""
