"""Asks for a package that no layer of this function has."""

from aws_lambda_powertools import Logger


def handler(event, context):
    return Logger.__name__
