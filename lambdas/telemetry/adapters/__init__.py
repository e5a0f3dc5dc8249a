"""The ports on AWS: DynamoDB, CloudWatch Logs, Secrets Manager, function URLs."""
