"""The outside world behind the ports: DynamoDB, SES, SNS, S3, Stripe, files."""
