"""What every row of a file votes on: date order, money style, currency, country, totals, ranges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from dunlin.domain.imports import fields
from dunlin.domain.imports.amounts import (
    COMMA,
    DOT,
    EITHER,
    MIXED,
    evidence,
    in_unit,
    parse_amount,
)
from dunlin.domain.imports.contact_points import fast_phone
from dunlin.domain.imports.content import Content
from dunlin.domain.imports.dates import fold
from dunlin.domain.imports.day_orders import DayOrders
from dunlin.domain.imports.figure_counts import FigureCounts
from dunlin.domain.imports.figure_laws import LawCounts
from dunlin.domain.imports.figure_style import FigureStyle, style_of
from dunlin.domain.imports.figures import figures_of
from dunlin.domain.imports.file_currency import (
    USUAL,
    CurrencyClues,
    CurrencyMarks,
    currency_of_file,
)
from dunlin.domain.imports.head import Head, first_filled
from dunlin.domain.imports.layout import LayoutVotes, Start
from dunlin.domain.imports.mapping import column_keys  # fmt: skip
from dunlin.domain.imports.missing_columns import OWED
from dunlin.domain.imports.number_columns import LongNumbers
from dunlin.domain.imports.opened import Hints
from dunlin.domain.imports.owed_column import OwedColumn, settle
from dunlin.domain.imports.payment_signs import PaymentSigns
from dunlin.domain.imports.places import CA_PROVINCES, country_code, state_code
from dunlin.domain.imports.records import Chunk, Decoder, Rows, lines_of  # fmt: skip
from dunlin.domain.imports.repeats import Repeats
from dunlin.domain.imports.row_kinds import BLANK, LONE, ROW, SUM, TOTAL
from dunlin.domain.imports.sidecar import Sidecar
from dunlin.domain.imports.types import (
    RECEIVABLES,
    ColumnMap,
    FigureLaw,
    ImportQuestion,
    Range,
    Shape,
)

_VOTES = 5_000
_PHONE_VOTES = 500


class Scan:
    """What every row votes on."""

    def __init__(
        self,
        table: Head,
        columns: Sequence[ColumnMap],
        *,
        headers: list[str],
        samples: list[list[str]],
        contents: Sequence[Content],
        kind: str,
        decoder: Decoder,
        hints: Hints,
        names_at: int = -1,
        journal: bool = False,
    ) -> None:
        self.table = table
        self.decoder = decoder
        self.hints = hints
        self.kind = kind
        self.headers = headers
        self.keys = column_keys(headers)
        self.columns = tuple(columns)
        self.by_field: dict[str, int] = {}
        self._name_fields()
        self.days = DayOrders(columns)
        self.money_columns = [c for c in columns if c.field in fields.MONEY]
        self.marks: dict[int, Counter[str]] = {c.index: Counter() for c in self.money_columns}
        self.currency_marks = CurrencyMarks()
        self.phones = self.phones_home = 0
        self.dotted = 0  # figures such as 1.250
        self.country_open = False
        self.records = self.last = 0
        self.last_full: int | None = None
        self.ranges: list[Range] = []
        self.layout = LayoutVotes(
            columns,
            headers,
            samples,
            titles=table.rows[: table.header or 0],
            answers=hints.sidecar.answers,
            names_at=names_at,
            journal=journal,
        )
        self.shape = Shape()
        self.totals: dict[str, int] = {}
        self.repeats = Repeats(columns)
        self.payments = PaymentSigns(columns, kind)
        self.long_numbers = LongNumbers(columns)
        self._total_cells: list[str] = []
        self._range: tuple[int, int] | None = None
        self._rows = Rows(self.table.delimiter)
        self._range_start = self.layout.start
        self._cuts: list[tuple[int, int, int, Start]] = []
        self._end = self._row_line = 0
        self._currency_at = self.by_field.get("currency", -1)
        self.settled = OwedColumn(self.columns)
        self.figures = self._figures(samples, contents)
        # Any of these may turn out to be what is owed, so the marks of all are counted.
        self.marks |= {f.index: Counter() for f in self.figures.figures}
        self._counting = self.figures.needed and kind == RECEIVABLES
        self.sums = self._laws(samples, contents)
        self._summing = self.sums.asked and kind == RECEIVABLES
        self.laws: tuple[FigureLaw, ...] = ()
        self._law_questions: tuple[ImportQuestion, ...] = ()
        self.style = self._style(samples)
        self._styling = kind == RECEIVABLES

    def _figures(self, samples: list[list[str]], contents: Sequence[Content]) -> FigureCounts:
        """What the rows are to tell of the columns of money."""
        figures = figures_of(self.headers, contents, self.columns)
        if {"debit", "credit", "line_amount"} & self.by_field.keys():
            figures = []  # rows of movements: no one of them is what is owed
        return FigureCounts(
            figures,
            _marks([f.index for f in figures], samples),
            status=[c.index for c in self.columns if c.field == "status"],
            currency=self.by_field.get("currency", -1),
            mapped=self.by_field.get("balance", self.by_field.get("amount", -1)),
            picked=self.hints.sidecar.answers.get(OWED, ""),
        )

    def _laws(self, samples: list[list[str]], contents: Sequence[Content]) -> LawCounts:
        """What the figures of a row are to add up to."""
        marks = _marks(range(len(samples)), samples)
        return LawCounts(self.headers, contents, self.columns, samples, marks)

    def _style(self, samples: list[list[str]]) -> FigureStyle:
        """How the file gives its figures."""
        keys = {f.index: f.key for f in self.figures.figures}
        keys |= {c.index: c.key for c in self.money_columns}
        at = self.by_field.get
        above = self.table.rows[: self.table.header or 0]
        named = {f: samples[i] for f, i in self.by_field.items()}
        return style_of(
            keys,
            [" ".join(cells) for cells in above],
            marks=_marks(list(keys), samples),
            owed=at("balance", at("amount", -1)),
            side=at("side", -1),
            named=named,
        )

    def over(self, stream: Iterator[Chunk]) -> None:
        """Runs through all records."""
        table = self.table
        header_line = 0 if table.header is None else table.lines[table.header]
        before = header_line or (table.lines[0] - 1 if table.lines else 0)
        layout = self.layout
        kind_of = layout.kinds.kind
        before_it, ended = ROW, False
        for line, cells in self._rows.read(self._lines(stream)):
            self._row_line = line
            if line <= before:
                self.days.title(" ".join(c for c in cells if c.strip()))
                layout.title(line, cells)
                continue
            gap, kind = before_it in (BLANK, LONE), kind_of(cells)
            before_it = kind
            if ended or (gap and kind in (ROW, SUM) and layout.ends(line, cells)):
                ended = True
                continue
            if kind == TOTAL:
                self._file_total(cells)
            if kind == ROW:
                self.last_full = line
                self.records += 1
                self._row(cells)
                layout.row(cells)
            elif layout.passes(kind, line, cells):
                self.last_full = line
                self._row(cells)
        self.last = self._row_line
        if self._range is not None:
            self._cut(*self._range, self._end)
        self._lie()
        self._conclude()

    def _cut(self, start: int, line: int, end: int) -> None:
        """Ends a range; the next one starts with what is in force there."""
        if end > start:
            self._cuts.append((start, end, line, self._range_start))
        self._range_start = self.layout.start

    def _lie(self) -> None:
        """How the rows lie, and so what is in force where each range starts."""
        layout = self.layout
        self.shape = shape = layout.finish()
        for start, end, line, force in self._cuts:
            group, above = layout.start_of(force, shape)
            self.ranges.append(Range(start=start, end=end, line=line, group=group, above=above))
        self.last_full = max(self.last_full or 0, *shape.customers, 0) or None
        self.records += len(shape.customers) + (0 if shape.sums else layout.sum_rows)
        self.columns = layout.mapped(self.columns, shape)
        self._name_fields()
        # Where the balance runs on, no column is what is owed: the rows move it.
        self._counting = self._counting and shape.running < 0

    def _lines(self, stream: Iterator[Chunk]) -> Iterator[str]:
        """Feeds the reader, and cuts ranges where a chunk starts between two records."""
        decode = self.decoder.text
        most = self.hints.range_bytes
        for chunk in stream:
            if self._range is None:
                self._range = (chunk.offset, chunk.line)
            elif chunk.offset - self._range[0] >= most and self._rows.next_line == chunk.line:
                self._cut(*self._range, chunk.offset)
                self._range = (chunk.offset, chunk.line)
            self._end = chunk.offset + len(chunk.data)
            yield from lines_of(decode(chunk.data))

    def _file_total(self, cells: list[str]) -> None:
        index = self.by_field.get("balance", self.by_field.get("amount"))
        if index is not None and index < len(cells) and first_filled(cells):
            self._total_cells = cells

    def _row(self, cells: list[str]) -> None:
        size = len(cells)
        if size <= len(self.headers) or not any(map(str.strip, cells[len(self.headers) :])):
            # Where a delimiter stands in a text that nobody quoted, days are under other columns.
            self.days.row(cells)
        for index, marks in self.marks.items():
            if index < size:
                text = cells[index]
                if text:
                    mark = text[-3:-2]
                    if (mark == "." or mark == ",") and text[-2:].isdigit():  # noqa: PLR1714
                        marks[mark] += 1
                        if self.records > _VOTES:
                            continue
                    self._money(index, text, mark)
        if self.records <= _VOTES:
            self._places(cells, size)
        if self.phones < _PHONE_VOTES:
            self._phone(cells, size)
        self.long_numbers.add(cells)
        self.repeats.add(cells)
        if self.payments.asked:
            self.payments.add(cells)
        self._count_money(cells, size)

    def _count_money(self, cells: list[str], size: int) -> None:
        if 0 <= self._currency_at < size and cells[self._currency_at]:
            self.currency_marks.word(cells[self._currency_at])
        if self._counting:
            self.figures.row(self._row_line, cells)
        if self._summing:
            self.sums.row(self._row_line, cells)
        if self._styling:
            self.style.row(cells)
            self._styling = self.style.open

    def _phone(self, cells: list[str], size: int) -> None:
        phone = self.by_field.get("phone", -1)
        if 0 <= phone < size and cells[phone]:
            text = cells[phone].strip()
            if not text.startswith(("+", "00")) and sum(c.isdigit() for c in text) >= 7:
                self.phones += 1
                self.phones_home += fast_phone(text, "US") is not None

    def _money(self, index: int, text: str, mark: str) -> None:
        if text.isdigit():
            return
        if mark not in (DOT, COMMA):
            amount_evidence = evidence(text)
            if amount_evidence:
                self.marks[index][amount_evidence] += 1
            elif text[-4:-3] == DOT:
                self.dotted += 1
        if self.records > _VOTES:
            return
        if not text.isascii() or "$" in text or text[:1].isalpha() or text[-1:].isalpha():
            self.currency_marks.figure(index, text.strip())

    def _places(self, cells: list[str], size: int) -> None:
        for name in ("country", "state"):
            index = self.by_field.get(name, -1)
            if 0 <= index < size and cells[index]:
                self._place(name, cells[index].strip())

    def _place(self, name: str, text: str) -> None:
        marks = self.currency_marks
        if name == "country":
            code = country_code(text)
            if code:
                marks.countries[code] += 1
        elif (state := state_code(text)) in CA_PROVINCES:
            marks.provinces += 1
        elif state:
            marks.states += 1

    def _conclude(self) -> None:
        sidecar = self.hints.sidecar
        if self._counting:
            self._settle()
        self.money_columns = [c for c in self.columns if c.field in fields.MONEY]
        self.currency_marks.read_in(c.index for c in self.money_columns)
        if self._summing and self.shape.running < 0:
            owed = self.by_field.get("balance", -1)
            self.laws, self._law_questions = self.sums.settled(sidecar.answers, owed)
        self._decimals()
        self.country = sidecar.country or self._country()
        self.country_open = (
            not sidecar.country
            and not self.currency_marks.countries
            and self.country == "US"
            and self.phones >= 2
            and self.phones_home < self.phones * 0.3
        )
        self.days.conclude(sidecar.date_order, sidecar.answers)
        self.money = currency_of_file(self._clues(sidecar), self.currency_marks)
        self.currency = self.money.code
        self.units = tuple(sorted(self.style.in_units(sidecar.answers).items()))
        self._file_totals()

    def _settle(self) -> None:
        """Chooses what is owed among the columns of money, now that the rows have spoken."""
        settled = settle(
            self.columns,
            self.figures,
            self.hints.sidecar.answers,
            home=self.hints.currency or USUAL,
            currencies=self.currency_marks.named(),
            taken_off=self.sums.taken_off(),
        )
        self.settled = settled
        self.columns = settled.columns
        self._name_fields()
        if "currency" not in self.by_field:
            self.currency_marks.words.clear()

    def _name_fields(self) -> None:
        self.by_field = {}
        for column in self.columns:
            self.by_field.setdefault(column.field, column.index)

    def _file_totals(self) -> None:
        index = self.by_field.get("balance", self.by_field.get("amount", -1))
        text = self._total_cells[index] if 0 <= index < len(self._total_cells) else ""
        amount = parse_amount(text.strip(), dict(self.decimals).get(index, "")) if text else None
        if amount is not None:
            minor = in_unit(amount, self.currency, dict(self.units).get(index, ""))
            if minor is not None:
                self.totals[self.currency] = minor

    def _clues(self, sidecar: Sidecar) -> CurrencyClues:
        owed = [i for f in ("balance", "amount") if (i := self.by_field.get(f)) is not None]
        others = [c.index for c in self.columns if c.field in fields.MONEY]
        return CurrencyClues(
            creditor=self.hints.currency,
            stated=sidecar.currency,
            answered="currency" in sidecar.answers,
            headers=self.headers,
            money_headers=[self.headers[i] for i in (owed[:1] or others)],
            titles=self.table.rows[: self.table.header or 0],
            comma=self.comma_file,
            abroad=self.days.abroad,
        )

    def _country(self) -> str:
        marks = self.currency_marks
        if marks.countries:
            return marks.countries.most_common(1)[0][0]
        if marks.states:
            return "US"
        if marks.provinces:
            return "CA"
        coins = {*marks.named(), *marks.marked()}
        if len(coins) == 1 and not marks.signs["$"]:
            home = _HOMES.get(next(iter(coins)))
            if home:
                return home
        if coins == {"MXN"}:
            return "MX"
        return self._country_by_words() or self.hints.country

    def _country_by_words(self) -> str:
        """German headers mean Germany where nothing else speaks. Spanish and French are spoken in
        many countries: they mean Spain and France where the money is written in euros or with a
        decimal comma."""
        german = sum(fold(h) in _GERMAN or any(w in fold(h) for w in _GERMAN_PARTS)
                     for h in self.headers)  # fmt: skip
        if german >= max(2, len(self.headers) * 0.15):
            return "DE"
        marks = self.currency_marks
        euros = marks.named()["EUR"] + marks.signs["EUR"]
        if not euros and not self.comma_file:
            return ""
        for country, words in _ROMANCE.items():
            spoken = sum(any(w in fold(h) for w in words) for h in self.headers)
            if spoken >= max(2, len(self.headers) * 0.3):
                return country
        return ""

    def _decimals(self) -> None:
        whole: Counter[str] = Counter()
        for column in self.money_columns:
            whole.update(self.marks.get(column.index, ()))
        known = {m for m in (DOT, COMMA) if whole[m]}
        out = []
        for column in self.money_columns:
            marks = self.marks.get(column.index, Counter())
            own = {m for m in (DOT, COMMA) if marks[m]}
            use = own or known
            mark = next(iter(use)) if len(use) == 1 else EITHER
            out.append((column.index, MIXED if len(own) == 2 else mark))
        self.decimals = tuple(out)
        self.comma_file = known == {COMMA} or (not known and self.dotted > 0)

    def decisions(self) -> list[ImportQuestion]:
        """What only a person can say."""
        out = self.layout.questions()
        out += self.days.questions()
        out += self.settled.questions or self._law_questions
        out += self.style.questions(self.hints.sidecar.answers)
        out += self.money.questions()
        if self.country_open:
            out.append(
                ImportQuestion(
                    kind="country",
                    column=self.keys[self.by_field["phone"]],
                    choices=("US", "GB", "DE", "FR", "ES", "MX"),
                    why=f"most phone numbers are none of {self.country}: whose are they?",
                    blocking=False,
                )
            )
        if self.kind != RECEIVABLES:
            return [replace(d, blocking=False) for d in out]
        return out


def _marks(indexes: Iterable[int], samples: Sequence[Sequence[str]]) -> dict[int, str]:
    """The decimal mark of each column, as far as a sample tells."""
    marks = {}
    for index in indexes:
        seen = {evidence(cell) for cell in samples[index]}
        marks[index] = COMMA if COMMA in seen and DOT not in seen else EITHER
    return marks


_HOMES = {
    "GBP": "GB", "CHF": "CH", "CAD": "CA", "AUD": "AU", "NZD": "NZ", "MXN": "MX", "INR": "IN",
    "SEK": "SE", "NOK": "NO", "DKK": "DK", "PLN": "PL", "BRL": "BR", "ZAR": "ZA",
}  # fmt: skip
"""The country of a currency that one country alone uses much."""


_GERMAN = frozenset(
    [
        "konto",
        "betrag",
        "kunde",
        "name",
        "ort",
        "plz",
        "strasse",
        "waehrung",
        "wahrung",
        "saldo",
        "soll",
        "haben",
    ]
)


_ROMANCE = {
    "ES": ("factura", "cliente", "fecha", "vencimiento", "importe", "saldo", "correo", "moneda"),
    "FR": ("facture", "echeance", "montant", "courriel", "devise", "reste", "client", "statut"),
}


_GERMAN_PARTS = ("rechnung", "fallig", "faellig", "betrag", "kunde", "beleg", "straße", "strasse",
                 "telefon", "postleit", "debitor", "währung", "offen", "datum",
                 "schlussel")  # fmt: skip
