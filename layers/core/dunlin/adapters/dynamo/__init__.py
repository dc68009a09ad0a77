"""The ports over DynamoDB. PynamoDB rows stay inside this package."""
