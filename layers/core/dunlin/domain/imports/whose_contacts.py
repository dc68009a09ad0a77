"""Whose an e-mail address or a number is that names nobody, where one answers for another's debt.

Evidence decides: a name in the addresses, a column of the payer's own, whose columns it stands
among. Where none does, a person is asked; until then nobody is written to there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dunlin.domain.imports import fields
from dunlin.domain.imports.content import content_of
from dunlin.domain.imports.dates import fold
from dunlin.domain.imports.types import ImportQuestion
from dunlin.domain.imports.whose import CONTACTS, NAMES, UNKNOWN, Parties, Party, is_self

Choice = tuple[float, str, str]
"""(score, field, why) of a column."""

_WORD = re.compile("[a-z]{3,}")
_WEAK = 0.75
_SURE = 0.9
_SOME = 0.3
"""The share of cells that look like addresses below which a column holds none, whatever its name
says: `Posting Text`, `Is Mobile Device`."""


def settle_contacts(
    parties: Parties,
    keys: Sequence[str],
    samples: Sequence[Sequence[str]],
    chosen: list[Choice],
    by_hand: str,
) -> tuple[ImportQuestion, ...]:
    """Settles in `chosen` whose each contact point is; the questions that only a person answers.
    `by_hand` is the reason of what a person said."""
    _drop_weak(chosen)
    asked = list(_subscriber(parties, keys, samples, chosen, by_hand))
    asked += list(_unmarked(parties, keys, samples, chosen, by_hand))
    if not asked and not any(field in CONTACTS for _, field, _ in chosen):
        asked = list(_unknown(parties, keys, samples, chosen, by_hand))
    return tuple(asked)


def _subscriber(
    parties: Parties,
    keys: Sequence[str],
    samples: Sequence[Sequence[str]],
    chosen: Sequence[Choice],
    by_hand: str,
) -> Iterator[ImportQuestion]:
    """Whether a subscriber, who may only hold the policy, answers for a patient's debt."""
    payer, ward = parties.payer, parties.ward
    if payer is None or ward is None or (payer.role, ward.role) != ("subscriber", "patient"):
        return
    own = [i for i, (_, field, _) in enumerate(chosen) if field in NAMES]
    if not own or chosen[own[0]][2] == by_hand or not any(_different(samples, chosen)):
        return
    yield ImportQuestion(
        kind="mapping",
        column=keys[own[0]],
        choices=(chosen[own[0]][1], fields.IGNORE),
        why="the file names a patient and a subscriber, who may only hold the policy. Does the"
        " subscriber answer for the debt? If not, the patient owes",
    )


def _drop_weak(chosen: list[Choice]) -> None:
    """An address under a name that only often means one is none where a sure one stands beside."""
    for kind in CONTACTS:
        scores = [score for score, field, _ in chosen if field == kind]
        if not scores or max(scores) < _SURE:
            continue
        for index, (score, field, _) in enumerate(chosen):
            if field == kind and score < _WEAK:
                why = f"a column beside it is surely the {kind}"
                chosen[index] = (0.0, fields.IGNORE, why)


def _unmarked(
    parties: Parties,
    keys: Sequence[str],
    samples: Sequence[Sequence[str]],
    chosen: list[Choice],
    by_hand: str,
) -> Iterator[ImportQuestion]:
    payer, ward = parties.payer, parties.ward
    if payer is None or ward is None:
        return
    for index, (score, field, before) in enumerate(chosen):
        if field not in CONTACTS or parties.parties[index] is not None or before == by_hand:
            continue
        whose = _evidence((payer, ward), parties, index, samples=samples, chosen=chosen)
        if whose is ward:
            why = f"it is the {ward.role}'s, and the {payer.role} answers for the debt"
            chosen[index] = (score, f"for_{field}", why)
        elif whose is None:
            chosen[index] = (0.0, fields.IGNORE, "whose it is is asked")
            yield ImportQuestion(
                kind="mapping",
                column=keys[index],
                choices=(field, f"for_{field}"),
                why=f"the file names a {payer.role} and a {ward.role}, and nothing says whose"
                f" address this is; the {payer.role} answers for the debt",
            )


def _evidence(
    named: tuple[Party, Party],
    parties: Parties,
    index: int,
    *,
    samples: Sequence[Sequence[str]],
    chosen: Sequence[Choice],
) -> Party | None:
    """Which of payer and ward a column is of that names nobody, None where nothing says it."""
    payer, ward = named
    kind = chosen[index][1]
    marked = {
        party.role for i, party in enumerate(parties.parties)
        if party is not None and chosen[i][1].removeprefix("for_") == kind
    }  # fmt: skip
    if payer.role in marked:
        return ward
    if ward.role in marked:
        return payer
    pairs = list(_different(samples, chosen))
    if not pairs:
        return payer
    if kind == "email":
        cells = samples[index]
        votes = [_named_in(cells[row], *names) for row, names in pairs if row < len(cells)]
        for_payer, for_ward = votes.count("payer"), votes.count("ward")
        if for_payer > 2 * for_ward:
            return payer
        if for_ward > 2 * for_payer:
            return ward
    if payer.role == "person":
        # The payer's name stands unmarked too.
        return payer
    beside = _stands_with(parties, index, chosen)
    if kind == "phone":
        # One household has one number, and none is texted without permission.
        return ward if beside == ward.role else payer
    return payer if beside == payer.role else None


def _different(
    samples: Sequence[Sequence[str]], chosen: Sequence[Choice]
) -> Iterator[tuple[int, tuple[str, str]]]:
    """(row, names of payer and ward) of the sampled rows where they are two."""
    own = [i for i, (_, field, _) in enumerate(chosen) if field in NAMES]
    others = [i for i, (_, field, _) in enumerate(chosen) if field in _WARD_NAMES]
    rows = min((len(samples[i]) for i in (*own, *others)), default=0)
    for row in range(rows):
        payer = " ".join(samples[i][row] for i in own).strip()
        ward = " ".join(samples[i][row] for i in others).strip()
        if payer and ward and not is_self(payer) and _words(payer) != _words(ward):
            yield row, (payer, ward)


_FOR_CONTACTS = ("for_email", "for_phone")
_WARD_NAMES = frozenset(("for", "for_first_name", "for_last_name"))


def _words(name: str) -> set[str]:
    return set(_WORD.findall(fold(name)))


def _named_in(address: str, payer: str, ward: str) -> str:
    """Who of the two an address names by a name that the other has not."""
    local = fold(address).partition("@")[0]
    own, others = _words(payer) - _words(ward), _words(ward) - _words(payer)
    names_payer = any(w in local for w in own)
    names_ward = any(w in local for w in others)
    if names_payer == names_ward:
        return ""
    return "payer" if names_payer else "ward"


def _stands_with(parties: Parties, index: int, chosen: Sequence[Choice]) -> str:
    """The role whose columns stand right before a column, "" where other columns stand between."""
    for before in range(index - 1, -1, -1):
        party = parties.parties[before]
        if party is not None:
            return party.role
        if chosen[before][1] not in (*CONTACTS, "for_date_of_birth", *_FOR_CONTACTS):
            return ""
    return ""


def _unknown(
    parties: Parties,
    keys: Sequence[str],
    samples: Sequence[Sequence[str]],
    chosen: Sequence[Choice],
    by_hand: str,
) -> Iterator[ImportQuestion]:
    """Contact points of somebody who is not known, where the file has no others."""
    for index, party in enumerate(parties.parties):
        _, field, why = chosen[index]
        if party is None or party.part != UNKNOWN or field != fields.IGNORE or why == by_hand:
            continue
        if party.point in CONTACTS and content_of(samples[index]).share(party.point) >= _SOME:
            yield ImportQuestion(
                kind="mapping",
                column=keys[index],
                choices=(party.point, fields.IGNORE),
                why="the file gives no other way to reach who owes, and nothing says who"
                f' "{party.role}" is. May they be written to at "{keys[index]}"?',
            )
