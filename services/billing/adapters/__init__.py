"""PostgreSQL, SQS, S3 and typst behind the application's ports."""
