"""A package that only the core layer has."""

import os


def greet(name: str) -> str:
    return f"{os.environ['GREETING']}, {name}"
