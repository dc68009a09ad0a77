"""Facts about a person, a contact point or a debt that somebody must say, for no reckoning finds
them: each with its name for staff and files, and where the rules read it.

A fact of a debt stands among the account's extras, `said_` by staff and `file_said_` by a file;
what staff say counts before what a file says. One of a person is a flag, and one of a contact point
is a flag that names the hashes of the points that it is true of. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Consumer, Flag
from dunlin.domain.errors import DomainError
from dunlin.domain.tokens import address_hash

BY_STAFF, BY_FILE = "said_", "file_said_"
UNKNOWN = "unknown"
LAST_PAYMENT = "last_payment_date"
"""The extra of an account by which a file says when money last came, before or beside ours."""
_DAY_ENDS = timedelta(hours=34)  # from midnight UTC to the day's end in Hawaii


@dataclass(frozen=True, slots=True, kw_only=True)
class FactKind:
    """One fact: `path` is where the rules read it, `of` whom or what it is true, `words` its
    values; where there are none it is a day, or an instant, in ISO form."""

    name: str
    path: str
    of: Literal["person", "point", "debt"]
    words: tuple[str, ...] = ("yes", "no")
    medium: Literal["", "phone", "email"] = ""  # of a contact point

    waits: bool = True  # a day from which something is waited for, and none that grows old

    @property
    def dated(self) -> bool:
        return not self.words

    def read(self, text: str) -> Any:
        """The value that a text states. Raises `DomainError`."""
        if self.words:
            word = text.strip().lower()
            if word not in self.words:
                raise DomainError(f"{self.name} is one of {', '.join((*self.words, UNKNOWN))}")
            return {"yes": True, "no": False}.get(word, word)
        try:
            at = datetime.fromisoformat(text.strip())
        except ValueError as error:
            raise DomainError(f"{self.name} is a day such as 2026-11-02") from error
        if at.tzinfo is None:
            # A wait is counted from the end of a day, a proof's age from its beginning.
            whole = len(text.strip()) == 10 and self.waits
            at = at.replace(tzinfo=UTC) + (_DAY_ENDS if whole else timedelta(0))
        return at.isoformat()


def _debt(*names: str, words: tuple[str, ...] = ("yes", "no")) -> Iterator[FactKind]:
    for path in names:
        name = path.partition(".")[2].replace(".", "_")
        yield FactKind(name=name, path=path, of="debt", words=words)


def _person(*names: str, words: tuple[str, ...] = ("yes", "no")) -> Iterator[FactKind]:
    for path in names:
        name = path.partition(".")[2].replace(".", "_")
        yield FactKind(name=name, path=path, of="person", words=words)


_BASES = ("consumer_used", "consumer_consent", "prior_collector", "creditor_notice")
FACTS: Mapping[str, FactKind] = {
    kind.name: kind
    for kind in (
        *_debt(
            "flags.time_barred", "flags.tbd_notice_sent", "flags.codebtor_stay",
            "flags.bankruptcy_includes_debt", "flags.sole_prop_mixed_use", "flags.seller_credit",
            "flags.ppdr_open", "flags.insurance_appeal.pending", "flags.nonprofit_hospital",
            "flags.fap_application_pending", "flags.hospital_fap_notice_missing",
            "flags.assistance_screened", "flags.hospital", "flags.indigent_patient",
            "flags.uninsured", "flags.covered_borrower", "flags.covered_loan",
            "flags.debt_before_service", "consents.new_transfer_authorization",
            "flags.dispute.duplicative", "flags.opposition_declaration", "flags.court_order",
            "flags.legal_hold",
        ),
        *_debt(
            "flags.validation.sent_at", "flags.validation.initial_comm_at",
            "flags.validation.period_end", "flags.dispute.verification_sent_at",
            "flags.dispute.duplicative_notice_sent_at", "flags.insurance_appeal.ended_at",
            "flags.services_at", "flags.negative_notice_at",
            "flags.first_post_discharge_bill_at", "flags.eca_notice_at", "flags.nv_notice_sent_at",
            words=(),
        ),
        *_person(
            "flags.employer_prohibits", "flags.attorney.consents_direct", "flags.ambiguous_cleared",
            "consents.dc_electronic", "consents.nyc_electronic", "consents.ny_email_written",
            "consents.work_email_direct_consent", "consents.work_phone_direct_consent",
            "consents.hipaa_unencrypted_ok",
            "consents.esign", "consents.prerecorded", "consents.prerecorded_written",
        ),
        *_person(
            "flags.attorney.no_response_since", "consents.creditor_notice_sent_at", words=()
        ),
        *_person("consents.email_basis", words=_BASES),
        FactKind(name="work_phone", path="flags.work_phone", of="point", medium="phone"),
        FactKind(name="shared_phone", path="flags.shared_phone", of="point", medium="phone"),
        FactKind(name="landline", path="flags.landline", of="point", medium="phone"),
        FactKind(name="reassigned", path="flags.reassigned", of="point", medium="phone"),
        FactKind(
            name="text_verified_at", path="consents.text_verified_at", of="point", medium="phone",
            words=(), waits=False,
        ),
        FactKind(name="work_email", path="flags.work_email", of="point", medium="email"),
    )
}  # fmt: skip
"""Every fact by its name."""


def known(
    account: Account, person: Consumer, own: Mapping[str, bool] | None = None
) -> dict[str, Any]:
    """What was said of a debt, its person and the contact points that would be used, by the path
    at which the rules read it. `own` is what the creditor says of all its debts."""
    facts: dict[str, Any] = {}
    for name, kind in FACTS.items():
        value = _of_debt(account, kind) if kind.of == "debt" else _of_person(person, name, kind)
        value = (own or {}).get(name) if value is None else value
        if value is not None:
            facts[kind.path] = value
    return facts


def _of_debt(account: Account, kind: FactKind) -> Any:
    for by in (BY_STAFF, BY_FILE):
        text = account.extras.get(f"{by}{kind.name}", "")
        if text:
            return kind.read(text)
    return None


def _of_person(person: Consumer, name: str, kind: FactKind) -> Any:
    flag = person.flags.get(name)
    if flag is None:
        return None
    hashes = flag.detail.get("address_hashes")
    if hashes is not None:
        points = person.emails if kind.medium == "email" else person.phones
        if not points or address_hash(points[0]) not in hashes:
            return None
    return flag.detail.get("value")


def of_debt(account: Account, name: str, text: str, *, by: str = BY_STAFF) -> Account:
    """The account with what is said of it; `unknown` takes the word back. Raises `DomainError`."""
    extras = {n: v for n, v in account.extras.items() if n != f"{by}{name}"}
    if text != UNKNOWN:
        FACTS[name].read(text)
        extras[f"{by}{name}"] = text.strip().lower()
    return replace(account, extras=extras)


def of_person(
    person: Consumer, name: str, text: str, *, at: datetime, by: str, evidence: str
) -> Consumer:
    """The person with what is said of them; `unknown` takes the word back. Raises
    `DomainError`."""
    flags = {n: f for n, f in person.flags.items() if n != name}
    if text != UNKNOWN:
        detail = {"value": FACTS[name].read(text), "evidence": evidence}
        flags[name] = Flag(at=at, by=by, detail=detail)
    return replace(person, flags=flags)


def of_point(
    person: Consumer, name: str, point: str, text: str, *, at: datetime, by: str, evidence: str
) -> Consumer:
    """The person with what is said of one of their contact points. A yes adds the point to those
    of which it is true; whatever else is said takes it from them. Raises `DomainError`."""
    kind, hashed = FACTS[name], address_hash(point)
    value = None if text == UNKNOWN else kind.read(text)
    before = person.flags.get(name)
    if before is not None and "address_hashes" not in before.detail:
        return person  # their own word, for every address
    hashes = set(before.detail["address_hashes"]) if before and not kind.dated else set()
    hashes = hashes - {hashed} if value in (None, False) else hashes | {hashed}
    flags = {n: f for n, f in person.flags.items() if n != name}
    if hashes:
        detail = {"value": value or True, "evidence": evidence, "address_hashes": sorted(hashes)}
        flags[name] = Flag(at=at, by=by, detail=detail)
    return replace(person, flags=flags)


def point_of(person: Consumer, name: str, point: str) -> str:
    """The contact point that a fact is said of: the one named, or the first in use. Raises
    `DomainError` where it is none of the person's."""
    kind = FACTS[name]
    own = [p for p in person.all_points if ("@" in p) is (kind.medium == "email")]
    meant = point or next(iter(own), "")
    if meant not in own:
        raise DomainError(f"{name} is said of a contact point of the person's own")
    return meant
