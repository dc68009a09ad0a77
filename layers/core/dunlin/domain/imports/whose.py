"""Of whom each column speaks, and who of all those named answers for the debt.

A header is read as a role and what it tells of them: `Attorney E-Mail`, `correo del vendedor`,
`guarantorDOB`. Whoever answers for the debt is the debtor, with their own contact points; a patient
or a child for whom another answers is told beside the debt; columns of all others are not used. An
address whose header names a role that is not known is nobody's before a person says so.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

from dunlin.domain.imports import fields
from dunlin.domain.imports.content import Content
from dunlin.domain.imports.dates import fold
from dunlin.domain.imports.header_names.roles import (
    ANSWERS,
    NEUTRAL,
    OTHER,
    OWES,
    OWNER,
    PAYS,
    POINTS,
    ROLES,
    SELF,
    SHIPS,
    STOPS,
    WARD,
)

NAMES = frozenset(("consumer_name", "first_name", "last_name"))
CONTACTS = frozenset(("email", "phone"))
UNKNOWN = "unknown"

_PHRASES: dict[tuple[str, ...], tuple[str, str]] = {}
_JOINED: dict[str, tuple[str, str]] = {}
for _part, _role, _names in ROLES:
    for _phrase in _names.split("|"):
        _words = tuple(w for w in fields.words_of(_phrase.strip()) if w not in STOPS)
        _PHRASES.setdefault(_words, (_part, _role))
        _JOINED.setdefault("".join(_words), (_part, _role))
_LONGEST = max(map(len, _PHRASES))
_POINT_OF = {word: point for point, words in POINTS.items() for word in words.split()}
_ENDS = sorted((w for w in _POINT_OF if len(w) > 2), key=len, reverse=True)
_HARD_POINTS = CONTACTS | {"date_of_birth"}
_COUNTS = frozenset(("2", "3", "two", "second", "secondary"))
_SOME_ADDRESSES = 0.1
"""Nothing but an address holds an @: a column under its name with so many is one of addresses."""
_NTH = frozenset(("second", "2nd"))
_ANSWERING = frozenset((PAYS, ANSWERS))
_TELLS_MORE = frozenset(
    """
    status sent type preference bcc cc template opt out in consent date day time ok flag allowed
    marketing subscribe subscribed unsubscribe unsubscribed bounce bounced note notes comment count
    domain ext extension carrier permission do not dnc by charge fee plan bill usage
    is has device os platform browser model brand app version agent remark remarks bemerkung
    notiz anmerkung nota remarque observacion
    message messages body subject link merge format
    """.replace("?", "").split()
)
"""Beside an e-mail or a phone they tell something about it, and not where it is."""
_BIRTH = frozenset(w for w, point in _POINT_OF.items() if point == "date_of_birth")
_DAY = frozenset("date day fecha data datum".split())
_OF_CHILDREN = frozenset(("child", "student", "participant"))
_SPANISH_WARDS = frozenset(
    "alumno alumna estudiante nino nina hijo hija aluno aluna crianca".split()
)


@dataclass(frozen=True, slots=True)
class Party:
    """Of whom a header speaks: what they are to the debt, what a person calls them (with the
    number where the header counts them), and what it tells of them (a field, or `address`)."""

    part: str
    role: str
    point: str


def party_of(header: str) -> Party | None:
    """The party of a header, None where it names none or tells something else of the debt."""
    words = [w for w in fields.words_of(header) if w not in STOPS or w == "e"]
    if "mail" in words and "e" in words:
        words.remove("e")
    words = [w for w in words if w != "e"]
    words = _parted(words)
    if not _BIRTH.isdisjoint(words):
        words = [w for w in words if w not in _DAY]
    if len(words) > 2 and words[-2:] == ["family", "name"]:
        words[-2:] = ["surname"]  # of whoever stands before it: `Tenant Family Name`
    at = _role_in(words)
    if at is None:
        return _unmarked(words)
    start, end, (part, role) = at
    rest = words[:start] + words[end:]
    around = [*words[max(0, start - 1) : start], *words[end : end + 1]]
    counted = not _COUNTS.isdisjoint(around)
    points = {_POINT_OF[w] for w in rest if w in _POINT_OF}
    left = [w for w in rest if w not in _POINT_OF and w not in NEUTRAL]
    if part == OTHER:
        left = [w for w in left if not _is_of_a_debtor(w)]
    if part in _ANSWERING and all(_PHRASES.get((w,), ("",))[0] in _ANSWERING for w in left):
        # Two words for whoever pays: `Responsible Parent`, `Zahlungspflichtiger Elternteil`.
        part, left = (PAYS if part == PAYS else ANSWERS), []
    if left:
        # Who is not known beside who is: `Debtor's Notary Email`.
        unknown = points & _HARD_POINTS and _TELLS_MORE.isdisjoint(left)
        return Party(UNKNOWN, " ".join(left), _first(points)) if unknown else None
    point = _first(points) if points else "consumer_name"
    if (part == ANSWERS and counted) or (part == OWES and _is_second(words, start, end)):
        return Party(OTHER, f"second {role}", point)
    return Party(part, role, point)


def _is_second(words: list[str], start: int, end: int) -> bool:
    """`Tenant 2 Email` is of another tenant; `Tenant Email 2` is the first one's."""
    return (words[end : end + 1] or [""])[0] in _COUNTS or (start > 0 and words[start - 1] in _NTH)


def _is_of_a_debtor(word: str) -> bool:
    """Whether a word speaks of who owes, or of whom the debt is about."""
    return _PHRASES.get((word,), ("",))[0] in (OWES, WARD, ANSWERS)


def _first(points: set[str]) -> str:
    return next(point for point in POINTS if point in points)


def _unmarked(words: list[str]) -> Party | None:
    """An e-mail or phone beside words that say of whom, and are not known."""
    points = {_POINT_OF[w] for w in words if w in _POINT_OF}
    if not points & CONTACTS or "fax" in words:
        return None
    left = [w for w in words if w not in _POINT_OF and w not in NEUTRAL]
    if not left or not _TELLS_MORE.isdisjoint(words):
        return None
    return Party(UNKNOWN, " ".join(left), _first(points))


def _role_in(words: list[str]) -> tuple[int, int, tuple[str, str]] | None:
    """(first word, word behind, role) of the longest role that a header names."""
    for size in range(min(_LONGEST, len(words)), 0, -1):
        roles = [
            (start, start + size, known)
            for start in range(len(words) - size + 1)
            if (known := _PHRASES.get(tuple(words[start : start + size])))
        ]
        if roles:
            # Of two as long the one that has no part in the debt: `Customer Attorney Email`.
            return next((r for r in roles if r[2][0] == OTHER), roles[0])
    return None


def _parted(words: list[str]) -> list[str]:
    """Words written as one, parted: `vertreteremail` and `telefonkunde`."""
    out = []
    for word in words:
        if word in _POINT_OF or (word,) in _PHRASES:
            out.append(word)
            continue
        if word in _JOINED:
            out += _spaced(word)
            continue
        for end in _ENDS:
            rest = word.removesuffix(end) if word.endswith(end) else word.removeprefix(end)
            rest = rest if rest in _JOINED else rest.removesuffix("s").removeprefix("s")
            if rest != word and rest in _JOINED:
                out += [*_spaced(rest), end]
                break
        else:
            out.append(word)
    return out


def _spaced(joined: str) -> tuple[str, ...]:
    return next(words for words in _PHRASES if "".join(words) == joined)


@dataclass(frozen=True, slots=True)
class Meant:
    """What a column is because of whom it speaks: a field, or `ignore`, and why."""

    field: str
    why: str


_FOR = {
    "consumer_name": "for", "first_name": "for_first_name", "last_name": "for_last_name",
    "email": "for_email", "phone": "for_phone", "date_of_birth": "for_date_of_birth",
    "reference": "for_reference",
}  # fmt: skip
"""The fields of whoever the debt is about, where another answers for it."""


class Parties:
    """Everybody whom the headers of one file name."""

    def __init__(
        self, headers: Sequence[str], contents: Sequence[Content], left_out: Container[int] = ()
    ) -> None:
        self.headers = headers
        self._contents = contents
        self._left_out = left_out
        self.parties = [None if i in left_out else self._party(i, h) for i, h in enumerate(headers)]
        self._keys = [fields.key_of(h) for h in headers]
        self._insured_who_owe()
        self._known_by_its_first_word()
        self._family_name_beside_first_name()
        self._who_is_named_alone()
        if not self._with(WARD):
            self._drop_parent_records(contents)
        words = {w for h in headers for w in fields.words_of(h)}
        if _LEVIES & words or (_SHARES & words and not _RENTS & words):
            self.parties = [_of_levies(party) for party in self.parties]
        self._in_spanish = bool(_SPANISH_WARDS & {w for h in headers for w in fields.words_of(h)})
        self.payer = self._answering()
        self.ward = self._about() if self.payer is not None else None
        self.splits = self.payer is not None and self.ward is not None
        """True where one is named who answers for the debt, and another whom it is about."""

    def _party(self, index: int, header: str) -> Party | None:
        """Whom a header names. A column of sums or days under the word for a person names nobody:
        `Abonado` is a subscriber, and what was paid."""
        party, content = party_of(header), self._contents[index]
        figures = max(content.share("marked"), content.share("date")) > 0.5
        return None if party and party.point in NAMES and content.filled and figures else party

    def _known_by_its_first_word(self) -> None:
        """`E-Mail of the Payer` beside `Payer in charge`: an address is of whom another column
        names with more words."""
        named: dict[str, Party] = {}
        alone = not any(self._with(part, NAMES) for part in (OWES, PAYS, ANSWERS, WARD))
        for at, (header, party) in enumerate(zip(self.headers, self.parties, strict=True)):
            if alone and party is None and "consumer_name" in fields.STRONG.get(self._keys[at], ()):
                # `Recipient Email` beside `Recipient`, who is the only one named.
                named.setdefault(self._keys[at], Party(OWES, self._keys[at], "consumer_name"))
            words = [w for w in fields.words_of(header) if w not in STOPS]
            if party is not None and party.part != UNKNOWN and party.point in NAMES and words:
                named.setdefault(words[0], party)
        for index, party in enumerate(self.parties):
            if party is not None and party.part == UNKNOWN and party.point in CONTACTS:
                whose = named.get(party.role)
                if whose is not None:
                    self.parties[index] = Party(whose.part, whose.role, party.point)

    def _who_is_named_alone(self) -> None:
        """`Payer` beside a child is no insurer, and a library's `Patron` is nobody's employer."""
        children = any(p.role in _OF_CHILDREN for p in self._with(WARD, NAMES))
        others = any(self._with(part, NAMES) for part in (OWES, PAYS, ANSWERS)) or self._bare_name()
        for index, party in enumerate(self.parties):
            if party is None or party.part != OTHER or others:
                continue
            words = set(fields.words_of(self.headers[index]))
            if children and "payer" in words:
                self.parties[index] = Party(PAYS, "payer", party.point)
            elif "patron" in words and not self._with(WARD):
                self.parties[index] = Party(OWES, "patron", party.point)

    def _insured_who_owe(self) -> None:
        """`Insured Email` beside `Named Insured`, whose premium it is, is theirs."""
        named = any(p.role == "insured" for p in self._with(OWES, NAMES))
        alone = not self._with(WARD) and not self._with(OWES, NAMES) and not self._bare_name()
        for index, party in enumerate(self.parties):
            if party is None or party.role != "insurer" or not (named or alone):
                continue
            if _INSURED & set(fields.words_of(self.headers[index])):
                self.parties[index] = replace(party, part=OWES, role="insured")

    def _family_name_beside_first_name(self) -> None:
        """`Family Name` beside a bare `First Name` is a person's last name, and no family's."""
        given = any(p.point == "first_name" for p in self._with(OWES))
        if given or any(_BARE_NAMES.get(key) == "first_name" for key in self._keys):
            for index, key in enumerate(self._keys):
                if key in _FAMILY_NAMES:
                    self.parties[index] = None

    def _drop_parent_records(self, contents: Sequence[Content]) -> None:
        """A `Parent` without names of people is the record above a record, as programs that keep
        customers call it, and no mother or father."""
        for index, party in enumerate(self.parties):
            if party is None or (party.role, party.point) != ("parent", "consumer_name"):
                continue
            content = contents[index]
            if not content.filled or content.share("name") < 0.5:
                self.parties[index] = None

    def _with(self, part: str, points: frozenset[str] | None = None) -> list[Party]:
        return [
            p for p in self.parties
            if p is not None and p.part == part and (points is None or p.point in points)
        ]  # fmt: skip

    def _answering(self) -> Party | None:
        """Who answers for the debts of another, None where the debtors are named alone."""
        debtors = self._with(OWES, NAMES)
        wards = self._with(WARD, NAMES)
        pays = self._with(PAYS)
        if pays and (debtors or wards or self._bare_name() or self._born_alone()):
            return pays[0]
        answers = [p for p in self._with(ANSWERS) if self._speaks_of_parents(p, bool(wards))]
        named = [p for p in answers if p.point in NAMES] or answers
        if wards and (debtors or not named):
            # A clinic's customer or billed party, the owner of a pet.
            return next(iter(debtors or self._with(OWNER, NAMES)), None) or self._bare_payer()
        if not named:
            return None
        members = [p for p in debtors if p.role in ("member", "customer")]
        parental = named[0].role not in ("guarantor", "account holder", "person in charge")
        if wards or self._born_alone():
            return named[0]
        if parental and not wards and (debtors == members and members):
            return named[0]
        if parental and not wards and not debtors and self._bare_name():
            return named[0]
        return None

    def _speaks_of_parents(self, party: Party, wards: bool) -> bool:
        """`Tutor` and `Responsable` are a child's in Spanish; elsewhere they are staff."""
        if party.role != "person in charge":
            return True
        at = self.parties.index(party)
        return wards and (self._in_spanish or "tutor" not in self._keys[at])

    def _born_alone(self) -> list[Party]:
        """Of whom a file gives the birthday and no name: `Patient DOB` beside who answers."""
        return [] if self._with(WARD, NAMES) else self._with(WARD, frozenset(("date_of_birth",)))

    def _bare_name(self) -> bool:
        return any(k in _BARE_NAMES for k in self._keys)

    def _bare_payer(self) -> Party | None:
        """Who has a name of their own in columns that say of nobody, beside a child's or a
        patient's name: `First Name`, `Last Name`, `Child`."""
        bare = {_BARE_NAMES.get(k) for i, k in enumerate(self._keys) if self._holds_names(i)}
        wards = any(
            p is not None and p.part == WARD and p.point in NAMES and self._holds_names(i)
            for i, p in enumerate(self.parties)
        )
        whole = "consumer_name" in bare or {"first_name", "last_name"} <= bare
        return Party(ANSWERS, "person", "consumer_name") if wards and whole else None

    def _holds_names(self, index: int) -> bool:
        return self._contents[index].share("name") >= 0.5

    def _about(self) -> Party | None:
        """Whom the debt is about where another answers for it."""
        wards = self._with(WARD, NAMES) or self._with(OWES, NAMES) or self._born_alone()
        if wards:
            return wards[0]
        return Party(WARD, "person", "consumer_name") if self._bare_name() else None

    def meant(self, index: int, content: Content) -> Meant | None:
        """What a column is because of whom it speaks, None where its own name says it."""
        meant = self._meant(index)
        if meant is None or meant.field == fields.IGNORE or not content.filled:
            return meant
        figures = content.share("marked") > 0.5 or content.share("date") > 0.5
        is_name = meant.field in (*NAMES, "for", "for_first_name", "for_last_name")
        if is_name and (figures or content.share("int") > 0.5):
            return None
        for field in CONTACTS:
            # What fills a cell where there is no address says nothing of the column.
            least = _SOME_ADDRESSES if field == "email" else 0.5 * (1 - content.share("nobody"))
            if meant.field.endswith(field) and content.share(field) < least:
                return None
        return meant

    def _meant(self, index: int) -> Meant | None:
        party = self.parties[index]
        if party is None:
            return self._unspoken(index)
        if party.part == UNKNOWN:
            if self._keys[index] in fields.STRONG:
                return None
            return Meant(
                fields.IGNORE, f'it speaks of "{party.role}", and who that is is not known'
            )
        if party.part == OTHER:
            return self._of_other(index, party)
        if party.part in (OWNER, SHIPS):
            return self._owning_or_shipped(index, party)
        if party.part in (ANSWERS, PAYS) and self.payer is None and self._with(OWES, NAMES):
            return self._of_other(index, party)
        if not self.splits:
            return self._debtors(index, party)
        payer, ward = self.payer, self.ward
        if payer is not None and self._is_payers(party, payer):
            return self._debtors(index, party)
        if ward is not None and (party.part == WARD or party.role == ward.role):
            return self._wards(party)
        if party.part == OWES:
            return self._debtors(index, party)
        return self._of_other(index, party)

    def _owning_or_shipped(self, index: int, party: Party) -> Meant | None:
        """Who owns a house, or is shipped to, owes where nobody else is named."""
        points = NAMES | CONTACTS if party.part == OWNER else frozenset((party.point,))
        if party.point in CONTACTS and self._with(SHIPS, NAMES):
            points |= NAMES
        others = [p for part in (OWES, ANSWERS, PAYS) for p in self._with(part, points)]
        if party.part == SHIPS:
            shipped = frozenset(p.point for p in self._with(SHIPS, CONTACTS))
            others += self._with(OWNER, CONTACTS) + self._with(OWES, shipped)
        # Who is shipped to under a name or an address of their own has numbers of their own.
        kinds = {p.point for p in self._with(SHIPS, NAMES | CONTACTS)} | {party.point}
        plain = party.part == SHIPS and any(map(self._has_plain, kinds))
        return self._of_other(index, party) if others or plain else self._debtors(index, party)

    def _unspoken(self, index: int) -> Meant | None:
        """What a column is that speaks of nobody, or of somebody who is not used."""
        if index in self._left_out:
            return Meant(fields.IGNORE, "it speaks of somebody who is not used")
        if self._is_the_seconds(index):
            return Meant(fields.IGNORE, "it is the second person's, whom another column names")
        return self._bare(index) if self.splits else None

    def _is_the_seconds(self, index: int) -> bool:
        """`E-Mail 2` beside `Tenant 2` is hers, and not the first one's."""
        second = any(p.role.startswith("second ") for p in self._with(OTHER, NAMES))
        key = self._keys[index]
        points = CONTACTS & {*fields.STRONG.get(key, ())}
        return second and key.endswith("2") and bool(points)

    def _is_payers(self, party: Party, payer: Party) -> bool:
        """The same role, or another word for it that has no name of its own."""
        if (party.part, party.role) == (payer.part, payer.role):
            return True
        named = {p.role for p in self.parties if p is not None and p.point in NAMES}
        return {party.role, payer.role} <= _SYNONYMS and party.role not in named

    def _has_plain(self, point: str) -> bool:
        """Whether a column of this kind says of nobody, and so is the debtor's."""
        return any(
            self.parties[i] is None and self._is_plain(i, k, point)
            for i, k in enumerate(self._keys)
        )

    def _is_plain(self, index: int, key: str, point: str) -> bool:
        if point in CONTACTS:
            return point in fields.STRONG.get(key, ())
        if not key:
            # Names above the rows of a report stand in its first column, under no heading.
            return index == 0 and self._holds_names(index)
        known = {*fields.STRONG.get(key, ()), *fields.WEAK.get(key, ())}
        return bool(known & (NAMES | {"company"})) and self._holds_names(index)

    def _of_other(self, index: int, party: Party) -> Meant | None:
        names = party.part == OWNER and party.point in NAMES and self._holds_names(index)
        if party.point in ("reference", "address") or (
            self._means_something_else(index) and not names
        ):
            return None
        if party.role == "attorney" and party.point == "consumer_name" and self._of_debtors(index):
            return Meant("attorney", "an attorney of who owes")
        return Meant(fields.IGNORE, f"it speaks of the {party.role}, who does not owe")

    def _of_debtors(self, index: int) -> bool:
        """Whether a header speaks of who owes, or of whom the debt is about, beside another."""
        words = _parted([w for w in fields.words_of(self.headers[index]) if w not in STOPS])
        return any(map(_is_of_a_debtor, words))

    def _means_something_else(self, index: int) -> bool:
        """Whether the header is a known name of a column that is about nobody."""
        known = fields.STRONG.get(self._keys[index]) or fields.WEAK.get(self._keys[index], ())
        return bool(known) and not set(known) & (_PERSONAL | {"email", "phone"})

    def _debtors(self, index: int, party: Party) -> Meant | None:
        """The debtor's own column: its field where the header's name alone does not say it."""
        if party.point == "address" or fields.STRONG.get(self._keys[index]):
            return None
        field = "consumer_reference" if party.point == "reference" else party.point
        return Meant(field, f"it speaks of the {party.role}")

    def _wards(self, party: Party) -> Meant | None:
        field = _FOR.get(party.point)
        payer = self.payer.role if self.payer else ""
        if field is None:
            return None
        return Meant(field, f"it speaks of the {party.role}, and the {payer} answers for the debt")

    def _bare(self, index: int) -> Meant | None:
        """A column that names nobody, where one answers for another: a name is the other's where
        the file names the payer apart, and so is a birth date."""
        key = self._keys[index]
        payer = self.payer.role if self.payer else ""
        why = f"the {payer} has columns of their own"
        if key in _BARE_NAMES and self.ward is not None and self.ward.role == "person":
            return Meant(_FOR[_BARE_NAMES[key]], why)
        if key in _BARE_BIRTHS:
            return Meant("for_date_of_birth", f"the {payer} is somebody else")
        return None


def left_out(keys: Sequence[str], headers: Sequence[str], fixed: Mapping[str, str]) -> set[int]:
    """The columns of everybody whose name a person said is not to be used."""
    named = {i: party_of(header) for i, header in enumerate(headers)}
    roles = {
        p.role for i, p in named.items()
        if p is not None and p.point in NAMES and fixed.get(keys[i]) == fields.IGNORE
    }  # fmt: skip
    return {i for i, p in named.items() if p is not None and p.role in roles}


_LEVIES = frozenset("assessment assessments hoa hoadues condo levy levies hausgeld".split())
"""What an owner owes, whoever lives there."""
_SHARES = frozenset("cuota cuotas comunidad derrama derramas quota quotas condominio".split())
_RENTS = frozenset(
    "renta rentas alquiler arriendo arrendamiento canon aluguel renda rent prestamo".split()
)
"""A share in a house's costs is its owner's, where the file speaks of no rent."""


def _of_levies(party: Party | None) -> Party | None:
    """A party of a file of what owners owe: the owner owes, and the tenant does not."""
    if party is not None and party.part == OWNER and party.role == "owner":
        return replace(party, part=OWES)
    if party is not None and (party.part, party.role) == (OWES, "tenant"):
        return replace(party, part=OTHER)
    return party


_INSURED = frozenset(
    "insured policyholder versicherter versicherungsnehmer asegurado assure segurado".split()
)
_SYNONYMS = frozenset(
    ("responsible party", "guarantor", "parent", "guardian", "person in charge", "account holder")
)
_BARE_NAMES = {
    "name": "consumer_name", "fullname": "consumer_name", "nombre": "consumer_name",
    "nom": "consumer_name", "nome": "consumer_name", "firstname": "first_name",
    "lastname": "last_name", "vorname": "first_name", "nachname": "last_name",
    "prenom": "first_name", "apellido": "last_name", "apellidos": "last_name",
}  # fmt: skip
_FAMILY_NAMES = frozenset("familyname nomdefamille nombredefamilia nomedefamilia".split())
_BARE_BIRTHS = frozenset(
    fields.key_of(name)
    for name in """
        dob|d o b|birth date|birthdate|date of birth|birthday|geburtsdatum|fecha de nacimiento
        |fecha nacimiento|fecha nac|date de naissance|data de nascimento|data nascimento|geb datum
        |nacimiento
    """.split("|")
)
_PERSONAL = frozenset(
    "consumer_name first_name last_name middle_name company date_of_birth language "
    "street city state zip country".split()
)


def is_self(text: str) -> bool:
    """True for what says that whom the debt is about answers for it too."""
    return "".join(c for c in fold(text) if c.isalpha()) in SELF
