"""Money is a whole number of minor units with a currency; there are no floats and no rounding."""

from __future__ import annotations

from dataclasses import dataclass

from dunlin.domain.errors import DomainError

CURRENCIES = frozenset(
    [
        "AED",
        "ARS",
        "AUD",
        "BBD",
        "BDT",
        "BGN",
        "BHD",
        "BMD",
        "BOB",
        "BRL",
        "BSD",
        "BZD",
        "CAD",
        "CHF",
        "CLP",
        "CNY",
        "COP",
        "CRC",
        "CZK",
        "DKK",
        "DOP",
        "DZD",
        "EGP",
        "EUR",
        "FJD",
        "GBP",
        "GEL",
        "GHS",
        "GTQ",
        "HKD",
        "HNL",
        "HUF",
        "IDR",
        "ILS",
        "INR",
        "IQD",
        "ISK",
        "JMD",
        "JOD",
        "JPY",
        "KES",
        "KRW",
        "KWD",
        "KZT",
        "LBP",
        "LKR",
        "LYD",
        "MAD",
        "MUR",
        "MXN",
        "MYR",
        "NGN",
        "NIO",
        "NOK",
        "NZD",
        "OMR",
        "PAB",
        "PEN",
        "PHP",
        "PKR",
        "PLN",
        "PYG",
        "QAR",
        "RON",
        "RSD",
        "RUB",
        "SAR",
        "SEK",
        "SGD",
        "THB",
        "TND",
        "TRY",
        "TTD",
        "TWD",
        "TZS",
        "UAH",
        "UGX",
        "USD",
        "UYU",
        "VND",
        "XAF",
        "XOF",
        "ZAR",
        "ZMW",
    ]
)
"""The codes (ISO 4217) that a file, a setting or a change may name."""
# Currencies without two decimals (ISO 4217 minor unit exponents).
_EXPONENT = {
    "JPY": 0, "KRW": 0, "CLP": 0, "VND": 0, "ISK": 0, "UGX": 0, "XAF": 0, "XOF": 0, "PYG": 0,
    "BHD": 3, "KWD": 3, "OMR": 3, "JOD": 3, "TND": 3, "IQD": 3, "LYD": 3,
}  # fmt: skip
_SYMBOL = {"USD": "$", "EUR": "€", "GBP": "£", "CAD": "CA$", "AUD": "A$", "MXN": "MX$"}


def exponent(currency: str) -> int:
    """Number of decimals of a currency (USD 2, JPY 0, KWD 3)."""
    return _EXPONENT.get(currency, 2)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount: `minor` whole minor units (cents) of `currency` (ISO 4217, three capitals)."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if not (len(self.currency) == 3 and self.currency.isascii() and self.currency.isupper()):
            raise DomainError(f"not a currency code: {self.currency!r}")

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise DomainError(f"cannot mix {self.currency} and {other.currency}")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.minor <= other.minor

    def __str__(self) -> str:
        """For people, in English form: `$1,234.50`, `-€45.00`, `SEK 10.00`."""
        places = exponent(self.currency)
        sign = "-" if self.minor < 0 else ""
        whole, part = divmod(abs(self.minor), 10**places)
        digits = f"{whole:,}" + (f".{part:0{places}d}" if places else "")
        symbol = _SYMBOL.get(self.currency, f"{self.currency} ")
        return f"{sign}{symbol}{digits}"
