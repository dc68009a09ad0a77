"""The library checks behind the fast paths: libphonenumber and email-validator, remembered."""

from __future__ import annotations

import functools

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from dunlin.domain.imports.contact_points import Checks

_REMEMBERED = 20_000


@functools.lru_cache(maxsize=_REMEMBERED)
def phone(text: str, country: str) -> str | None:
    """E.164 of a valid number written as in `country`, else None."""
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@functools.lru_cache(maxsize=_REMEMBERED)
def email(text: str) -> str | None:
    """The normal form of a valid address, else None. No DNS."""
    try:
        return validate_email(text, check_deliverability=False, strict=True).normalized
    except EmailNotValidError:
        return None


CHECKS = Checks(phone=phone, email=email)
