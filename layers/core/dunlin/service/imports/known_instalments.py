"""Instalments over many files: the same one is the same debt though others are paid and gone, its
day is moved, or the invoice stood as one debt before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from dunlin.domain import ids
from dunlin.domain.imports.assemble import Assembly
from dunlin.domain.imports.instalments import INSTALMENT
from dunlin.domain.imports.types import NormalisedAccount
from dunlin.ports.imports import DropBox
from dunlin.service.imports import work
from dunlin.service.imports.job import Job

_WHOLE = ""  # the part of an invoice that stood as one debt


class DebtAccount(NamedTuple):
    """Which account a debt of a file is, its part of an invoice as it is noted ("" where it is
    none), and whether a person must say which instalment it is."""

    account_id: str
    part: str = ""
    unclear: bool = False


class KnownInstalments:
    """Finds the account of every debt of a file of debts."""

    def __init__(self, job: Job, assembly: Assembly, drop_box: DropBox) -> None:
        self._creditor = job.creditor
        own: dict[str, dict[str, str]] = defaultdict(dict)
        for key, account in assembly.accounts.items():
            if part := _part_of(account):
                own[key.rpartition("#")[0]][part] = key
        stored: dict[str, dict[str, str]] = defaultdict(dict)
        whole = {ids.account_id(job.creditor, base): base for base in own}
        scan = bool(own) or work.has_instalments(drop_box, job.creditor)
        for named in work.all_named(drop_box, job.creditor) if scan else ():
            if named.part:
                base, _, part = named.part.rpartition("#")
                stored[base][part] = named.account_id
            elif named.account_id in whole:
                stored[whole[named.account_id]].setdefault(_WHOLE, named.account_id)
        for base in stored.keys() - own.keys():
            rest = assembly.accounts.get(base)
            if rest is not None:  # one instalment is left, in a row like any other
                own[base][rest.due_on.isoformat() if rest.due_on else _WHOLE] = base
        self._known: dict[str, DebtAccount] = {}
        for base, parts in own.items():
            self._known |= self._settle(base, parts, stored.get(base, {}))

    def of(self, key: str) -> DebtAccount:
        """The account of a debt."""
        return self._known.get(key) or DebtAccount(ids.account_id(self._creditor, key))

    def _settle(
        self, base: str, parts: Mapping[str, str], stored: Mapping[str, str]
    ) -> dict[str, DebtAccount]:
        """By key the account of each part that a file names of one invoice."""
        fresh = sorted(part for part in parts if part not in stored)
        gone = [part for part in stored if part not in parts]
        taken = {part: stored[part] for part in parts if part in stored}
        if fresh and (gone == [_WHOLE] or len(fresh) == len(gone) == 1):
            taken[fresh.pop(0)] = stored[gone.pop()]
        unclear = bool(gone and fresh)
        return {
            key: DebtAccount(
                taken.get(part) or ids.account_id(self._creditor, key),
                f"{base}#{part}",
                unclear and part not in taken,
            )
            for part, key in parts.items()
        }


def _part_of(account: NormalisedAccount) -> str:
    return dict(account.extras).get(INSTALMENT, "") if account.extras else ""
