"""Imports a third-party package and our own from their layers."""

from aws_lambda_powertools import Logger
from tiny import greet

logger = Logger(service="tiny")


@logger.inject_lambda_context
def handler(event, context):
    logger.info("greeting", extra={"greeted": event["name"]})
    return {"said": greet(event["name"])}
