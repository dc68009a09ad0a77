"""The money of a row: what is owed, what was billed and what was paid, in minor units."""

from __future__ import annotations

from dunlin.domain.imports.amounts import (
    COMMA,
    MIXED,
    in_unit,
    is_blank,
    parse_amount,
    plain_hundredths,
    scaled,
    side_of,
)
from dunlin.domain.imports.columns import Columns
from dunlin.domain.imports.figure_laws import keeps
from dunlin.domain.imports.file_currency import DOLLAR_SIGNED, code_of
from dunlin.domain.imports.types import FileProfile, RowProblem
from dunlin.domain.money import CURRENCIES, exponent

_IN_CENTS = frozenset(c for c in DOLLAR_SIGNED if exponent(c) == 2)
"""Currencies of which `$1,234.50` means so many cents."""
Owed = tuple[int | None, int | None, int | None, str]
"""Balance, original amount and what was paid, in minor units, and their currency."""


class RowMoney:
    """Reads the cells of money as this file writes them."""

    def __init__(self, profile: FileProfile, columns: Columns) -> None:
        self._profile = profile
        self._columns = columns
        self._marks = dict(profile.decimals)
        self._alone = profile.one_currency
        self._units = dict(profile.units)
        # Columns whose figures are not read as they stand.
        self._odd = {i for i, mark in self._marks.items() if mark == COMMA} | set(self._units)
        self._below = -1 if profile.negated else 1
        self._currency = columns.at("currency")
        self._balance = columns.at("balance")
        self._amount = columns.first.get("amount", columns.at("line_amount"))
        self._payments = [i for i in (columns.at("paid"), columns.at("credited")) if i >= 0]
        self._debit, self._credit = columns.at("debit"), columns.at("credit")
        self._side = columns.at("side")
        self._buckets = columns.by.get("bucket", [])

    def currency_of(self, cells: list[str]) -> str:
        """The row's own currency, or the file's."""
        if self._currency < 0 or self._alone:
            return self._profile.currency
        text = cells[self._currency].strip().upper()
        return text if text in CURRENCIES else code_of(text) or self._profile.currency

    def value(
        self, cells: list[str], index: int, currency: str
    ) -> tuple[int, str] | RowProblem | None:
        """(minor units, currency) of a cell; None where it is blank."""
        text = cells[index].strip()
        if not text:
            return None
        if self._alone:
            currency = self._profile.currency
        if index not in self._odd and currency in _IN_CENTS:
            # As nearly all figures are written; nothing is made on the way.
            cents = plain_hundredths(text)
            if cents is not None:
                return cents, currency
        return self._parsed(cells, index, text, currency)

    def _parsed(
        self, cells: list[str], index: int, text: str, currency: str
    ) -> tuple[int, str] | RowProblem | None:
        """The same of a text that must be taken apart."""
        amount = parse_amount(text, self._marks.get(index, ""))
        if amount is None:
            if is_blank(text):
                return None
            doubt = self._marks.get(index) == MIXED and parse_amount(text) is not None
            code = "ambiguous_amount" if doubt else "bad_amount"
            return self._columns.problem(code, index, text)
        hint = "" if self._alone else amount.hint
        if hint and hint in CURRENCIES and hint != currency:
            if self._currency >= 0 and cells[self._currency].strip():
                return self._columns.problem("mixed_currency", index, text)
            currency = hint
        elif hint == "$" and currency not in DOLLAR_SIGNED:
            return self._columns.problem("mixed_currency", index, text)
        if self._units and index in self._units:
            minor = in_unit(amount, currency, self._units[index])
        else:
            minor = scaled(amount.unscaled, amount.places, exponent(currency))
        if minor is None:
            return self._columns.problem("bad_amount", index, text)
        return minor, currency

    def minor(
        self, cells: list[str], field: str, currency: str, problems: list[RowProblem]
    ) -> int | None:
        """The minor units in a field's cell; what cannot be read becomes a problem."""
        index = self._columns.first.get(field, -1)
        if index < 0:
            return None
        value = self.value(cells, index, currency)
        if isinstance(value, RowProblem):
            problems.append(value)
            return None
        return value[0] if value else None

    def owed(
        self, cells: list[str], currency: str, problems: list[RowProblem]
    ) -> Owed | RowProblem:
        """What the row says is owed, by the best way that this file has."""
        billed = self._billed(cells, currency, problems)
        if isinstance(billed, RowProblem):
            return billed
        original, paid, currency = billed
        if self._balance >= 0:
            owed = self.value(cells, self._balance, currency)
            if isinstance(owed, RowProblem):
                return owed
            if owed:
                gross = self._grossed(cells, owed)
                if isinstance(gross, RowProblem):
                    return gross
                return self._sided(cells, gross), original, paid, owed[1]
        if self._debit >= 0 or self._credit >= 0:
            return self._two_sided(cells, currency)
        if original is not None:
            original = self._sided(cells, original)
            return original - (paid or 0), original, paid, currency
        return self._by_age(cells, currency, paid)

    def adds_up(self, cells: list[str]) -> bool:
        """False where the row breaks a law that nearly all rows of the file keep."""
        laws = self._profile.laws
        return not laws or keeps(laws, cells, self._marks)

    def _billed(
        self, cells: list[str], currency: str, problems: list[RowProblem]
    ) -> tuple[int | None, int | None, str] | RowProblem:
        """The original amount, what was paid of it, their currency. A cell that cannot be read is
        a problem beside a balance; without one it is why the row names no debt."""
        original: int | None = None
        paid: int | None = None
        if self._amount >= 0:
            billed = self.value(cells, self._amount, currency)
            if isinstance(billed, RowProblem):
                if self._balance < 0:
                    return billed
                problems.append(billed)
            elif billed:
                currency = billed[1]
                gross = self._grossed(cells, billed) if self._balance < 0 else billed[0]
                if isinstance(gross, RowProblem):
                    return gross
                original = gross
        for index in self._payments:
            billed = self.value(cells, index, currency)
            if isinstance(billed, RowProblem):
                if self._balance < 0:
                    return billed
                problems.append(billed)
            elif billed:
                paid = (paid or 0) + abs(billed[0])
        return original, paid, currency

    def _grossed(self, cells: list[str], net: tuple[int, str]) -> int | RowProblem:
        """A figure with the tax that is still to be added to it, rounded to the minor unit."""
        tax = self._profile.tax
        minor, currency = net
        if tax is None:
            return minor
        if tax.kind == "amount":
            value = self.value(cells, tax.index, currency)
            return value if isinstance(value, RowProblem) else minor + (value[0] if value else 0)
        text = cells[tax.index].replace("%", "").strip()
        if is_blank(text):
            return minor
        rate = parse_amount(text)
        if rate is None:
            return self._columns.problem("bad_amount", tax.index, text)
        unit: int = 10 ** (rate.places + (2 if tax.kind == "percent" else 0))
        whole, rest = divmod(abs(minor) * rate.unscaled, unit)
        added = int(whole) + (rest * 2 >= unit)
        return minor - added if minor < 0 else minor + added

    def _by_age(self, cells: list[str], currency: str, paid: int | None) -> Owed | RowProblem:
        """The sum of the columns by age."""
        total: int | None = None
        for index in self._buckets:
            bucket = self.value(cells, index, currency)
            if isinstance(bucket, RowProblem):
                return bucket
            if bucket:
                total = (total or 0) + bucket[0]
                currency = bucket[1]
        if total is not None:
            return total, None, paid, currency
        where = self._balance if self._balance >= 0 else self._amount
        return RowProblem(code="missing_balance", column=self._columns.keys.get(where, ""))

    def _two_sided(self, cells: list[str], currency: str) -> Owed | RowProblem:
        sums: list[int | None] = []
        for index in (self._debit, self._credit):
            money = self.value(cells, index, currency) if index >= 0 else None
            if isinstance(money, RowProblem):
                return money
            sums.append(money[0] if money else None)
            currency = money[1] if money else currency
        if sums == [None, None]:
            column = self._columns.keys.get(self._debit, "")
            return RowProblem(code="missing_balance", column=column)
        return (sums[0] or 0) - (sums[1] or 0), sums[0], sums[1], currency

    def _sided(self, cells: list[str], minor: int) -> int:
        """The figure below zero on the side of the creditor (H, CR), whatever its own sign."""
        minor *= self._below
        if self._side < 0 or side_of(cells[self._side]) >= 0:
            return minor
        return -abs(minor)
