"""Which column is what is owed: by arithmetic between the columns of money over all rows, and by a
question where that does not tell.

Owed is the gross, less what was paid, in the debt's own currency. A name alone ("Amount due") does
not say that: it may be the bill, a part that is late, or the figure before tax.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from dunlin.domain.imports import fields
from dunlin.domain.imports.figure_counts import FigureCounts, Sum
from dunlin.domain.imports.figures import MoneyColumn, MoneyPart, currency_in, words_in
from dunlin.domain.imports.header_names import figures as names
from dunlin.domain.imports.types import ColumnMap, ImportQuestion, TaxOnTop

LESS_PAID, TAKEN_OFF, ADDED = "less_paid", "taken_off", "added"
AS_IT_STANDS, EACH_ROW = "as_it_stands", "each_row"
TOGETHER = "together"
"""The answer that several columns are parts of what is owed."""
_RANK = {
    MoneyPart.LEFT: 0, MoneyPart.DUE: 1, MoneyPart.OVERDUE: 2, MoneyPart.CURRENT: 3,
    MoneyPart.BILLED: 4, MoneyPart.NET: 5,
}  # fmt: skip
_MOST_CHOICES = 8


@dataclass(frozen=True, slots=True)
class OwedColumn:
    """The columns with the one that is owed chosen, the tax to add to it, and what is asked."""

    columns: tuple[ColumnMap, ...]
    questions: tuple[ImportQuestion, ...] = ()
    tax: TaxOnTop | None = None


def settle(
    columns: Sequence[ColumnMap],
    counts: FigureCounts,
    answers: Mapping[str, str],
    *,
    home: str,
    currencies: Collection[str],
    taken_off: Collection[tuple[int, int]] = (),
) -> OwedColumn:
    """Chooses what is owed. `home` is the creditor's currency, `currencies` those that a column
    of the file names; `answers` are a person's, by the question's id. `taken_off` are columns, as
    (what is left, what was taken off), of which the rows' sums show it."""
    if not counts.needed:
        return OwedColumn(tuple(columns))
    return _Choice(columns, counts, answers, home, currencies, taken_off=taken_off).settled()


class _Choice:
    """One choice, step by step; each step takes away what is a part of another column."""

    def __init__(
        self,
        columns: Sequence[ColumnMap],
        counts: FigureCounts,
        answers: Mapping[str, str],
        home: str,
        currencies: Collection[str],
        *,
        taken_off: Collection[tuple[int, int]],
    ) -> None:
        self.columns = list(columns)
        self.counts = counts
        self.answers = answers
        self.home = home
        self.currencies = currencies
        self.taken_off = taken_off
        self.alive = sorted(counts.claims, key=lambda f: _RANK[f.part])
        self.why = "its name says so more plainly"
        self.bill: MoneyColumn | None = None
        self.questions: list[ImportQuestion] = []

    def settled(self) -> OwedColumn:
        if self.answers.get("balance") == TOGETHER:
            return OwedColumn(tuple(self._added_up()))
        picked = self.answers.get("balance") or self.counts.picked
        answered = next((f for f in self.alive if f.key == picked), None)
        if answered is not None:
            self.alive, self.why = [answered], "a person said so"
        else:
            self._own_money()
            self._parts_and_wholes()
            self._same()
            self._gross_by_name()
        if len(self.alive) > 1 or (answered is None and self._leaves_out()):
            self._ask_which()
            return OwedColumn(tuple(self.columns), tuple(self.questions))
        owed = self.alive[0]
        self._take(owed)
        self._currency_of(owed)
        if self._is_bill(owed):
            self._less(owed, self.counts.paid[0], "paid", "the bill: rows that are paid show it")
        elif self._credits_come_off(owed):
            self._less(owed, self.counts.credits[0], "credited", "before the person's credits")
        elif owed.part in (MoneyPart.BILLED, MoneyPart.NET) and self.counts.paid:
            # Its field may not be told by its name, but what was paid of a bill is not owed.
            self._set(self.counts.paid[0], "paid", f'what is taken off "{owed.key}"')
        tax = self._tax_on_top(owed)
        return OwedColumn(tuple(self.columns), tuple(self.questions), tax)

    def _own_money(self) -> None:
        """Of one figure in the creditor's money and in the debt's own, the debt's own is owed."""
        home = [f for f in self.alive if f.money == "home"]
        other = [f for f in self.alive if f.money != "home"]
        if not home or not other or {f.part for f in home} != {f.part for f in other}:
            return
        if not self._currency_stated:
            # No column says in what money the others are: those in the creditor's own are known.
            if all(f.money == "foreign" for f in other):
                self.alive, self.why = home, "the others are in a currency that is not stated"
        elif not self._contradicted():
            self.alive, self.why = other, "it is in the currency of its row"

    @property
    def _currency_stated(self) -> bool:
        """Whether a column gives the debt's own currency, and not the creditor's."""
        at = self.counts.currency
        return at >= 0 and not _names_home(self._key(at))

    def _contradicted(self) -> bool:
        """True where rows in the creditor's own money give two figures: then the names mislead."""
        moneys = [f.money == "home" for f in self.counts.claims]
        return any(
            word == self.home and not equal and moneys[first] != moneys[second]
            for word, first, second, equal in self.counts.by_currency
        )

    def _currency_of(self, owed: MoneyColumn) -> None:
        """A figure in the creditor's own money is not in the currency that its row names."""
        own = currency_in(owed.key) or self.home
        if owed.money != "home" or not self._currency_stated or not set(self.currencies) - {own}:
            return
        answer = self.answers.get(f"currency:{owed.key}")
        if len(self.counts.claims) == 1 and answer not in (own, EACH_ROW):
            why = (
                f'"{owed.key}" is named as the creditor\'s own money, and'
                f' "{self._key(self.counts.currency)}" names other currencies'
            )
            self._ask("currency", owed.key, (own, EACH_ROW), why)
        elif answer != EACH_ROW:
            self.columns = [
                _ignored(c, owed) if c.index == self.counts.currency else c for c in self.columns
            ]

    def _parts_and_wholes(self) -> None:
        for relation in self.counts.relations:
            if not relation.proven or relation.kind is Sum.SAME:
                continue
            whole, base = relation.whole, relation.base
            if base not in self.alive and whole not in self.alive:
                continue
            # Two columns that each come of the other, where nothing shows: the first one stays.
            if (
                whole not in self.alive
                and relation.kind is Sum.PLUS
                and whole.part is MoneyPart.BILLED
            ):
                self.alive.append(whole)
            if base in self.alive and whole in self.alive and len(self.alive) > 1:
                self.alive.remove(base)
                self.why = _WHY[relation.kind].format(
                    base=base.key, others=" and ".join(f'"{f.key}"' for f in relation.others)
                )
                if relation.kind is Sum.LESS:
                    self.bill = base

    def _same(self) -> None:
        for relation in self.counts.relations:
            if relation.kind is Sum.SAME and relation.proven:
                pair = [f for f in (relation.whole, relation.base) if f in self.alive]
                if len(pair) > 1:
                    self.alive.remove(max(pair, key=lambda f: (_RANK[f.part], f.index)))

    def _gross_by_name(self) -> None:
        """A total beside a net is the gross, where no sum over the rows could show it."""
        totals = [
            f
            for f in self.alive
            if f.part is MoneyPart.BILLED and words_in(f.key) & (names.GROSS | {"total"})
        ]
        if totals:
            self.alive = [f for f in self.alive if f.part is not MoneyPart.NET]

    def _ask_which(self) -> None:
        claims = self.alive[:_MOST_CHOICES]
        listed = " and ".join(f'"{f.key}"' for f in claims)
        why = f"{listed} could each be what is owed, and the figures do not show which of them is"
        if len(claims) == 1:
            others = " and ".join(f'"{f.key}"' for f in self.counts.fees)
            why = f"{listed} seems to leave out what stands in {others}"
        together = (TOGETHER,) if self._may_be_parts() else ()
        self._ask("balance", None, (*(f.key for f in claims), *together), why)

    def _leaves_out(self) -> bool:
        """Whether the only claim is named as a part, beside fees that no sum holds: `Principal`
        beside `Interest`."""
        owed = self.alive[0]
        part = bool(words_in(owed.key) & names.PRINCIPAL) and self._may_be_parts()
        holds = any(
            r.proven and r.whole is owed and set(r.others) & set(self.counts.fees)
            for r in self.counts.relations
        )
        return part and bool(self.counts.with_fees) and not holds

    def _may_be_parts(self) -> bool:
        """Whether the claims and fees may be parts of one sum: no name among them speaks of all."""
        parts = [*self.alive, *self.counts.fees]
        return len(parts) > 1 and not any(words_in(f.key) & names.OF_ALL for f in parts)

    def _added_up(self) -> list[ColumnMap]:
        """The columns with each part of what is owed as one, as a person said."""
        parts = {f.index for f in (*self.alive, *self.counts.fees)}
        out = []
        for column in self.columns:
            if column.index in parts:
                why = "a part of what is owed, a person said"
                out.append(replace(column, field="bucket", score=1.0, why=why))
            elif column.field in ("balance", "amount"):
                out.append(replace(column, field=fields.IGNORE, score=0.0, why="not a part of it"))
            else:
                out.append(column)
        return out

    def _ask(self, kind: str, column: str | None, choices: tuple[str, ...], why: str) -> None:
        """What only a person can say, with the rows that show it."""
        rows = tuple(self.counts.rows)
        self.questions.append(
            ImportQuestion(kind=kind, column=column, choices=choices, why=why, rows=rows)
        )

    def _take(self, owed: MoneyColumn) -> None:
        """Gives the column its field, and takes that field from the column that had it."""
        field = "amount" if owed.part in (MoneyPart.BILLED, MoneyPart.NET) else "balance"
        for at, column in enumerate(self.columns):
            if column.index == owed.index and column.field != field:
                self.columns[at] = replace(column, field=field, score=0.95, why=self.why)
            elif column.index != owed.index and column.field in ("balance", field):
                self.columns[at] = _ignored(column, owed)
        if self.bill is not None:
            self._set(self.bill, "amount", f'"{owed.key}" is what is left of it')

    def _set(self, figure: MoneyColumn, field: str, why: str) -> None:
        """Gives a column a field that no other has, unless another has it."""
        if any(c.field == field and c.index != figure.index for c in self.columns):
            return
        self.columns = [
            replace(c, field=field, score=0.95, why=why) if c.index == figure.index else c
            for c in self.columns
        ]

    def _is_bill(self, owed: MoneyColumn) -> bool:
        """Whether a column is the bill, of which what was paid beside it is still to be taken."""
        beside = self.counts.paid_beside.get(owed.index)
        if (
            beside is None
            or owed.part in (MoneyPart.BILLED, MoneyPart.NET)
            or self._less_of_a_bill(owed)
        ):
            return False
        answer = self.answers.get(f"paid:{owed.key}")
        if answer in (LESS_PAID, AS_IT_STANDS):
            return answer == LESS_PAID
        if owed.by_hand and (beside.open or beside.bill):
            return self._ask_if_bill(owed)
        billed = beside.bill + (beside.open if self._as_billed(owed) else 0)
        balance = owed.part is MoneyPart.LEFT
        if billed and not beside.left and not balance:
            return True
        if not beside.open or (not billed and (beside.left or balance)):
            return False
        return self._ask_if_bill(owed)

    def _ask_if_bill(self, owed: MoneyColumn) -> bool:
        """Asks whether what was paid is still to be taken off; nothing is before an answer."""
        paid = self.counts.paid[0].key
        why = f'"{owed.key}" may be the whole bill, or what is left of it after "{paid}"'
        self._ask("paid", owed.key, (LESS_PAID, AS_IT_STANDS), why)
        return False

    def _less_of_a_bill(self, owed: MoneyColumn) -> bool:
        if any((owed.index, paid.index) in self.taken_off for paid in self.counts.paid):
            return True
        return any(
            r.proven and r.kind is Sum.LESS and r.whole is owed for r in self.counts.relations
        )

    def _as_billed(self, owed: MoneyColumn) -> bool:
        """True where the figure is the bill's own in every row, though something was paid."""
        return any(
            r.proven and r.kind is Sum.SAME and r.whole is owed and r.base.part is MoneyPart.BILLED
            for r in self.counts.relations
        )

    def _credits_come_off(self, owed: MoneyColumn) -> bool:
        """Whether money of the person beside a figure is still to be taken off, as one says."""
        kept = self.counts.credits
        off = any(r.proven and r.kind is Sum.OFF and r.whole is owed for r in self.counts.relations)
        if not kept or not self.counts.unapplied or off:
            return False
        answer = self.answers.get(f"credits:{owed.key}")
        if answer not in (TAKEN_OFF, AS_IT_STANDS):
            why = (
                f'"{kept[0].key}" may still have to be taken off "{owed.key}", or be taken off it'
                " already"
            )
            self._ask("credits", owed.key, (TAKEN_OFF, AS_IT_STANDS), why)
        return answer == TAKEN_OFF

    def _less(self, owed: MoneyColumn, off: MoneyColumn, field: str, why: str) -> None:
        """Makes a column the bill: what is owed is that less what another column holds."""
        for at, column in enumerate(self.columns):
            if column.index == owed.index:
                self.columns[at] = replace(column, field="amount", why=why)
            elif column.field in ("amount", "balance"):
                self.columns[at] = _ignored(column, owed)
        self._set(off, field, f'what is taken off "{owed.key}"')

    def _tax_on_top(self, owed: MoneyColumn) -> TaxOnTop | None:
        """The column of tax that is still to be added to what is owed, by a person's answer."""
        taxes, rates = self.counts.taxes, self.counts.of(MoneyPart.RATE)
        beside = self.counts.tax_beside.get(owed.index)
        if not self._lacks_tax(owed):
            return None
        choices: tuple[str, ...] = (AS_IT_STANDS, fields.IGNORE)
        if (beside and beside.taxed) or (rates and self.counts.largest_rate):
            choices = (ADDED, AS_IT_STANDS)
        answer = self.answers.get(f"tax:{owed.key}", "")
        if answer == ADDED and ADDED in choices:
            if beside and beside.taxed:
                return TaxOnTop(index=taxes[0].index, kind="amount")
            fraction = self.counts.largest_rate <= 100
            return TaxOnTop(index=rates[0].index, kind="fraction" if fraction else "percent")
        if answer not in choices:
            beside_it = next((f', which stands in "{f.key}"' for f in [*taxes, *rates]), "")
            why = f'"{owed.key}" seems to leave out the tax{beside_it}'
            self._ask("tax", owed.key, choices, why)
        return None

    def _lacks_tax(self, owed: MoneyColumn) -> bool:
        """Whether what is owed seems to be given without its tax."""
        beside = self.counts.tax_beside.get(owed.index)
        rated = bool(self.counts.of(MoneyPart.RATE) and self.counts.largest_rate)
        taxed = bool(beside and beside.taxed)
        if self._same_as_net(owed):
            return taxed
        if self._grossed(owed):
            return False
        if owed.part is MoneyPart.NET:
            sure = bool(words_in(owed.key) & names.SURELY_NET)
            return taxed or rated or sure
        if owed.part is MoneyPart.BILLED:
            if taxed and beside is not None:
                return not (beside.has and not beside.lacks)
            return rated
        return bool(taxed and beside and beside.lacks and not beside.has)

    def _same_as_net(self, owed: MoneyColumn) -> bool:
        return any(
            r.proven and r.kind is Sum.SAME and r.whole is owed and r.base.part is MoneyPart.NET
            for r in self.counts.relations
        )

    def _grossed(self, owed: MoneyColumn) -> bool:
        """True where a sum shows that the figure, or the bill it is left of, holds the tax."""
        gross = {owed.index} | ({self.bill.index} if self.bill else set())
        for relation in self.counts.relations:
            if relation.proven and relation.kind is Sum.LESS and relation.whole is owed:
                gross.add(relation.base.index)
        return any(
            r.proven
            and r.kind is Sum.PLUS
            and r.whole.index in gross
            and any(o.part is MoneyPart.TAX for o in r.others)
            for r in self.counts.relations
        )

    def _key(self, index: int) -> str:
        return next((c.key for c in self.columns if c.index == index), "")


_WHY = {
    Sum.LESS: 'in every row it is "{base}" less {others}',
    Sum.PLUS: 'in every row it is "{base}" and {others}',
    Sum.OFF: 'in every row it is "{base}" with {others} taken off',
}


def _ignored(column: ColumnMap, owed: MoneyColumn) -> ColumnMap:
    return replace(column, field=fields.IGNORE, score=0.0, why=f'"{owed.key}" is what is owed')


def _names_home(header: str) -> bool:
    return bool(words_in(header) & names.HOME_CURRENCY)
