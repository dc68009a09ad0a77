"""Everything that is done to a dossier without the signing key, and what either check says of it.

The tests (`tests/audit/test_attacker.py`) change each kind of place once; here each value of the
file is changed in every way, and every two kinds of place together.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import combinations, permutations

from tests.audit.attacks import FORGERIES, edits, forged, repaired
from tests.audit.checks import Checks
from tests.audit.lives import LAST, Dossier, exported
from tests.bench.tables import table
from tests.support.evidence import LocalSigner


def report() -> str:
    """How many attacks of each kind were made, and how many passed one of the two checks."""
    checks = Checks(LocalSigner(), LAST)
    document = exported(checks.signer)
    whole, rows = _text(document), []
    for kind, attacks in (
        ("one change of one value or element, wherever there is one", _singles(document)),
        ("the same, with all else put right", map(repaired, _singles(document))),
        ("two changes, of every two kinds of place", _pairs(document)),
        ("two forgeries, in either order, with all else put right", _forgeries(document)),
    ):
        # Compared as text: to Python true is 1 and 1.0 too.
        passed = [checks.passes(each) for each in attacks if _text(each) != whole]
        rows.append((kind, f"{len(passed):,}", f"{sum(passed):,}"))
    return table(("attack", "made", "passed"), rows)


def _text(document: Dossier) -> str:
    return json.dumps(document, sort_keys=True)


def _singles(document: Dossier) -> Iterator[Dossier]:
    return (edit(document) for edit in edits(document))


def _pairs(document: Dossier) -> Iterator[Dossier]:
    places = {edit.place: edit for edit in edits(document) if edit.name in ("change 0", "drop")}
    for first, second in combinations(places.values(), 2):
        try:
            attacked = second(first(document))
        except (KeyError, IndexError, TypeError, AttributeError):
            continue  # the first took away what the second would change
        yield attacked


def _forgeries(document: Dossier) -> Iterator[Dossier]:
    return (repaired(forged(document, *pair)) for pair in permutations(FORGERIES, 2))
