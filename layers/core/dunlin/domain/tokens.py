"""Tokens of portal links and sessions: 22 base62 characters (131 bits), stored only as hashes."""

from __future__ import annotations

import hashlib
import re

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LENGTH = 22
_SHAPE = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")
_LINK = re.compile(rf"(/[mu]/)[{ALPHABET}]{{{LENGTH}}}")


def well_formed(token: str) -> bool:
    """True where the text has the shape of a token; says nothing about whether it exists."""
    return _SHAPE.fullmatch(token) is not None


def without_links(text: str) -> str:
    """A text without the tokens of private links, which would open the portal to whoever reads
    it."""
    return _LINK.sub(r"\1…", text)


def token_hash(token: str) -> str:
    """SHA-256 of a token, hexadecimal: the only form that is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def address_hash(address: str) -> str:
    """SHA-256 of an e-mail address or number, as indexes and permits carry it."""
    return hashlib.sha256(b"address|" + address.strip().lower().encode()).hexdigest()


def name_hash(creditor: str, word: str) -> str:
    """SHA-256 of a word of a person's name at a creditor, as the index by address carries it."""
    return hashlib.sha256(f"name|{creditor}|{word}".encode()).hexdigest()


def reply_token(token: str) -> str:
    """The token of a message's reply address: made from that of its portal link, in letters that
    mail servers leave alone, and no way back. Whoever reads it cannot open the portal."""
    return hashlib.sha256(b"reply|" + token.encode()).hexdigest()[:32]
