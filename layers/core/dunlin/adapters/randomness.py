"""Randomness of the operating system, for tokens and codes."""

from __future__ import annotations

import secrets

from dunlin.domain.tokens import ALPHABET, LENGTH


def new_token() -> str:
    """A fresh token: 22 base62 characters."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def new_code() -> str:
    """A fresh six-digit code."""
    return f"{secrets.randbelow(1_000_000):06d}"


def new_key() -> str:
    """A fresh key to sign with: 256 bits as text."""
    return secrets.token_urlsafe(32)
