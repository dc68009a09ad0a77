"""Who owes, as a row describes them: name, contact points, address, consents."""

from __future__ import annotations

import re

from dunlin.domain.imports import fields
from dunlin.domain.imports.amounts import is_blank
from dunlin.domain.imports.columns import LONG, MEMORY, Columns
from dunlin.domain.imports.contact_points import (
    Checks,
    fast_email,
    fast_phone,
    read_emails,
    read_phones,
)
from dunlin.domain.imports.contact_validity import bad_points, is_bad
from dunlin.domain.imports.dates import fold
from dunlin.domain.imports.fillers import is_no_email, is_no_phone, is_nobody, names_nobody
from dunlin.domain.imports.names import Name, is_company, join_name, name_key, read_name
from dunlin.domain.imports.own_addresses import OwnAddresses
from dunlin.domain.imports.permissions import opts_out, permission
from dunlin.domain.imports.places import (
    country_code,
    language_code,
    split_address,
    split_town,
    state_code,
    tidy_zip,
)
from dunlin.domain.imports.row_dates import RowDates
from dunlin.domain.imports.types import (
    PAYABLES,
    FileConsent,
    FileProfile,
    NormalisedConsumer,
    RowProblem,
)
from dunlin.domain.imports.whose import is_self
from dunlin.domain.zone_names import place_zone

_AT_WORK = re.compile(
    r"\b(?:work|wk|employer|office|arbeit|dienstlich|geschaftlich|trabajo|trabalho|travail|bureau)"
    r"(?:phone|email|mail|tel)?\b|\bwork(?:phone|email)"
)
"""How a heading of addresses or numbers says that they are those of a workplace."""


class RowConsumer:
    """Reads the cells that describe the consumer, and remembers states and countries."""

    def __init__(
        self, profile: FileProfile, columns: Columns, checks: Checks, dates: RowDates
    ) -> None:
        self._profile = profile
        self._columns = columns
        self._checks = checks
        self._dates = dates
        self._places: dict[str, tuple[str, str]] = {}
        first, by = columns.first, columns.by
        # What is at work comes last: it is used only where the person wants it.
        work = {i for i, key in columns.keys.items() if _AT_WORK.search(fold(key))}
        self._emails = sorted(by.get("email", []), key=lambda i: i in work)
        self._phones = sorted(by.get("phone", []), key=lambda i: i in work)
        self._at_work = work & {*self._emails, *self._phones}
        self._consents = [
            f
            for f in first
            if f.startswith(("consent_", "opt_out_"))
            and f not in ("consent_date", "consent_source")
        ]
        self._for = not fields.FOR.isdisjoint(first)
        self._for_emails = by.get("for_email", [])
        self._for_phones = by.get("for_phone", [])
        self._bad_emails, self._bad_phones = bad_points(by, "email"), bad_points(by, "phone")
        self._own = profile.own if profile.own != OwnAddresses() else None
        self._dob = columns.at("date_of_birth")
        self._country, self._state = columns.at("country"), columns.at("state")
        self._street, self._street2 = columns.at("street"), by.get("street2", [])
        self._city, self._town = columns.at("city"), columns.at("town")
        self._zip, self._zone = columns.at("zip"), columns.at("time_zone")
        self._language = columns.at("language")
        self._whole_address = not {"city", "state", "zip", "town"} & first.keys()
        name = columns.at("consumer_name")
        # A contact person, or who owns the firm, stands for the firm that owes.
        self._contact_person = name >= 0 and fields.key_of(columns.keys[name]) in (
            fields.CONTACT_PERSONS | fields.FIRM_OWNERS
        )
        # Odoo writes a contact as "Company, Person".
        self._whole_names = name >= 0 and "partner" in columns.keys[name].lower()
        # Most files have one column of names and no other that could change what it says.
        self._owed_to_vendors = profile.kind == PAYABLES
        others = {"company", "vendor", "first_name", "last_name", "second_last_name"}
        self._name_alone = not self._whole_names and others.isdisjoint(first)

    def read(
        self, cells: list[str], problems: list[RowProblem]
    ) -> tuple[NormalisedConsumer, tuple[tuple[str, str], ...]]:
        """The consumer as the row describes them, and extras: whom and which job the debt is
        about."""
        country = self._place(_cell(cells, self._country))[1] if self._country >= 0 else ""
        home = country or self._profile.country
        name = self._name(cells, problems)
        about, alone = self._about(cells, name, problems) if self._for else (Name(""), False)
        if alone:
            name = about
        emails = self._read_emails(cells, alone, problems)
        phones, extensions = self._read_phones(cells, home, alone, problems)
        us = home in ("US", "PR")
        street, city, state, code = self._address(cells, us=us)
        if us and not (state or code):
            state = self._profile.home_state
        born = self._dates.date(cells, "date_of_birth", problems) if self._dob >= 0 else None
        if alone and born is None:
            born = self._dates.date(cells, "for_date_of_birth", problems)
        consumer = NormalisedConsumer(
            name.display,
            name.given,
            name.family,
            name.suffix,
            name.company,
            emails,
            phones,
            extensions,
            street,
            city,
            state,
            code,
            country,
            born,
            language_code(cells[self._language]) if self._language >= 0 else "",
            self._time_zone(cells, problems) if self._zone >= 0 else "",
            self._read_consents(cells) if self._consents else (),
            self._work_points(cells, emails, phones, home) if self._at_work else (),
        )
        if name.company:
            consumer = consumer._replace(at_work=())
        extras: tuple[tuple[str, str], ...] = ()
        if about.display and not alone:
            extras = (("for", about.display),)
        return consumer, (*extras, ("job", name.job[:LONG])) if name.job else extras

    def _about(self, cells: list[str], name: Name, problems: list[RowProblem]) -> tuple[Name, bool]:
        """Whom the debt is about where another answers for it, and whether that is the same: an
        adult patient is their own guarantor, or has none."""
        whole = self._named(cells, "for", problems)
        given = self._columns.text(cells, "for_first_name")
        family = self._columns.text(cells, "for_last_name")
        about = read_name(whole) if whole else join_name(given, family)
        if not about.display:
            return about, False
        alone = not name.display or is_self(name.display)
        return about, alone or name_key(name.display) == name_key(about.display)

    def _read_emails(
        self, cells: list[str], alone: bool, problems: list[RowProblem]
    ) -> tuple[str, ...]:
        addresses: dict[str, str] = {}
        for index in self._emails if not alone else [*self._emails, *self._for_emails]:
            text = cells[index]
            if not text:
                continue
            if self._bad_emails and is_bad(cells, self._bad_emails.get(index, ())):
                problems.append(self._columns.problem("bad_email", index, text))
                continue
            address = fast_email(text)
            if address:
                in_cell: tuple[str, ...] = (address,)
            elif is_blank(text):
                continue
            else:
                read = read_emails(text, self._checks.email)
                in_cell = read.addresses
                problems.extend(self._columns.problem(*_bad_email(b, index)) for b in read.bad)
            for address in in_cell:
                if is_no_email(address):
                    problems.append(self._columns.problem("placeholder", index, address))
                elif self._own and self._own.have_email(address):
                    problems.append(self._columns.problem("own_address", index, address))
                else:
                    addresses.setdefault(address.lower(), address)
        return tuple(addresses.values())

    def _read_phones(
        self, cells: list[str], home: str, alone: bool, problems: list[RowProblem]
    ) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
        numbers: dict[str, None] = {}
        extensions: tuple[tuple[str, str], ...] = ()
        for index in self._phones if not alone else [*self._phones, *self._for_phones]:
            text = cells[index]
            if not text:
                continue
            if self._bad_phones and is_bad(cells, self._bad_phones.get(index, ())):
                problems.append(self._columns.problem("bad_phone", index, text))
                continue
            number = fast_phone(text, home)
            if number:
                in_cell: tuple[str, ...] = (number,)
            elif is_blank(text):
                continue
            else:
                read = read_phones(text, home, self._checks.phone)
                in_cell = read.numbers
                extensions += read.extensions
                problems.extend(self._columns.problem(*_bad_phone(b, index)) for b in read.bad)
            for number in in_cell:
                if is_no_phone(number):
                    problems.append(self._columns.problem("placeholder", index, number))
                elif self._own and number in self._own.phones:
                    problems.append(self._columns.problem("own_address", index, number))
                else:
                    numbers[number] = None
        return tuple(numbers), extensions

    def _work_points(
        self, cells: list[str], emails: tuple[str, ...], phones: tuple[str, ...], home: str
    ) -> tuple[str, ...]:
        """Those of the points that stand in columns of a workplace alone."""
        own: set[str] = set()
        work: set[str] = set()
        for index in (*self._emails, *self._phones):
            there = work if index in self._at_work else own
            if index in self._emails:
                there |= {
                    a.lower() for a in read_emails(cells[index], self._checks.email).addresses
                }
            else:
                there |= set(read_phones(cells[index], home, self._checks.phone).numbers)
        return tuple(p for p in (*emails, *phones) if p.lower() in work - own)

    def _address(self, cells: list[str], *, us: bool) -> tuple[str, str, str, str]:
        """(street, city, state, postal code)."""
        state = self._place(_cell(cells, self._state))[0] if self._state >= 0 else ""
        code = _cell(cells, self._zip)
        if code:
            code = tidy_zip(code, us=us)
        street = _cell(cells, self._street)
        for index in self._street2:
            more = cells[index].strip()
            if more:
                street = f"{street}, {more}" if street else more
        if street and self._whole_address:
            parts = split_address(street)
            if parts:
                return parts
        city = _cell(cells, self._city)
        if self._town >= 0 and (town := _cell(cells, self._town)):
            in_line = split_town(town)
            city, state = city or in_line[0], state or in_line[1]
            code = code or tidy_zip(in_line[2], us=us)
        return street, city, state, code

    def _place(self, text: str) -> tuple[str, str]:
        """(state, country) codes of a text; what is no code is kept as written for a state."""
        known = self._places.get(text)
        if known is None:
            bare = text.strip()
            if is_blank(bare):
                known = ("", "")
            else:
                known = (state_code(bare) or bare, country_code(bare) or "")
            if len(self._places) > MEMORY:
                self._places.clear()
            self._places[text] = known
        return known

    def _time_zone(self, cells: list[str], problems: list[RowProblem]) -> str:
        """The zone of the place that the cell names, "" where it names none: `EST` and `UTC` tell
        of nobody where they are."""
        text = _cell(cells, self._zone)
        if not text or is_blank(text):
            return ""
        zone = place_zone(text)
        if zone is None:
            problems.append(self._columns.problem("bad_time_zone", self._zone, text))
        return zone or ""

    def _named(self, cells: list[str], field: str, problems: list[RowProblem]) -> str:
        """The cell of a field that names somebody, "" where it only fills the cell."""
        text = self._columns.text(cells, field)
        if not text:
            return ""
        if "  " in text or not text.isprintable():
            text = " ".join(text.split())
        if not is_nobody(text):
            return text
        problems.append(self._columns.problem("placeholder", self._columns.first[field], text))
        return ""

    def _name(self, cells: list[str], problems: list[RowProblem]) -> Name:
        whole = self._named(cells, "consumer_name", problems)
        if whole and self._name_alone:
            return read_name(whole)
        if self._owed_to_vendors:
            whole = whole or self._named(cells, "vendor", problems)
        company = self._named(cells, "company", problems)
        given = self._columns.text(cells, "first_name")
        family = self._columns.text(cells, "last_name")
        second = self._columns.text(cells, "second_last_name")
        family = f"{family} {second}".strip() if second else family
        if company and (self._contact_person or (is_company(company) and not whole)):
            return _firm(company)
        if whole:
            # "Company, Person" is no "Last, First".
            kept = self._whole_names and " " in whole.partition(",")[0] and "," in whole
            if not kept:
                return read_name(whole)
            firm = _firm(whole)
            return firm._replace(company=is_company(firm.display))
        if given or family:
            if company and not given:
                return _firm(company)
            middle = self._columns.text(cells, "middle_name")
            given = f"{given} {middle}".strip() if middle else given
            if not given and is_company(family):
                return Name(family, company=True)
            return join_name(given, family, self._columns.text(cells, "name_suffix"))
        return _firm(company) if company else Name("")

    def _read_consents(self, cells: list[str]) -> tuple[FileConsent, ...]:
        evidence = "; ".join(
            f"{self._columns.keys[self._columns.first[f]]}: {self._columns.text(cells, f)}"
            for f in ("consent_date", "consent_source")
            if f in self._columns.first and self._columns.text(cells, f)
        )
        given_on = self._dates.date(cells, "consent_date", [])
        out = []
        for field in self._consents:
            for index in self._columns.by[field]:
                text = cells[index].strip()[:LONG]
                granted = self._granted(field, index, text) if text else None
                if granted is None:
                    continue
                own = f"{self._columns.keys[index]}: {text}"
                out.append(
                    FileConsent(
                        channel=field.removeprefix("consent_").removeprefix("opt_out_"),
                        granted=granted,
                        evidence=f"{own}; {evidence}" if evidence else own,
                        given_on=given_on or self._dates.named(index, text),
                    )
                )
        return tuple(out)

    def _granted(self, field: str, index: int, text: str) -> bool | None:
        """Whether a cell grants or denies a channel; None where it says nothing of it."""
        day = self._dates.is_day(index, text)
        if field.startswith("opt_out_"):
            return False if opts_out(text, day=day) else None
        if day is not None and not text.isdigit():
            # A consent column may hold the day on which it was given.
            return True if day and field != "consent_all" else None
        given = permission(text)
        # What allows contact at large is no consent to a channel.
        return None if given and field == "consent_all" else given


def _firm(text: str) -> Name:
    """A firm's name, kept whole but for a job behind a colon."""
    before, colon, job = (part.strip() for part in text.partition(":"))
    return Name(before, company=True, job=job) if colon and before else Name(text, company=True)


def _cell(cells: list[str], index: int) -> str:
    """The cell of a column, "" where the file has none."""
    return cells[index].strip()[:LONG] if index >= 0 else ""


def _bad_email(text: str, index: int) -> tuple[str, int, str]:
    """What a cell without an address says: that there is none, or one that is written wrong."""
    nobody = names_nobody(text) or ("@" in text and is_no_email(text))
    return "placeholder" if nobody else "bad_email", index, text


def _bad_phone(text: str, index: int) -> tuple[str, int, str]:
    digits = "".join(c for c in text if c.isdigit())
    nobody = names_nobody(text) or is_no_phone(digits)
    return "placeholder" if nobody else "bad_phone", index, text
