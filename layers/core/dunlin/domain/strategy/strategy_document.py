"""A strategy document: every setting, its bounds, and what a wrong one is told.

`strategies/example.yaml` explains each setting to the people who write one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.known_facts import FACTS
from dunlin.domain.accounts.reassigned import LONGEST_DAYS, AnswerPolicy
from dunlin.domain.messages.colour import READABLE, contrast
from dunlin.domain.money import CURRENCIES
from dunlin.domain.payments.payments import PaymentPolicy
from dunlin.domain.strategy.document import DocumentError, Part, Path
from dunlin.domain.strategy.strategy import (
    PROOFS,
    TONES,
    Adapt,
    ArrangementLimits,
    Assignment,
    Basis,
    Brand,
    Coordination,
    Escalation,
    MissingBound,
    Rung,
    RungOffer,
    Selection,
    Span,
    StaffQueuePolicy,
    Strategy,
    StrategyError,
)

FREQUENCIES = ("weekly", "every_two_weeks", "monthly")
STATUSES = ("open", "contested", "reentered", "written_off")
RELATIONSHIPS = ("current_tenant", "former_tenant")
INSURANCE = ("pending", "denied", "settled")
_MOST = 10**12  # minor units: more than any debt
_MOST_LOCATIONS = 1_000
_ID = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_WRITER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,59}")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def read_strategy(doc: Any, *, creditor: str, version: int) -> Strategy:
    """Check a parsed strategy document and build the strategy. Raises `StrategyError`."""
    try:
        return _strategy(Part.of(doc, ("strategy",)), creditor, version)
    except StrategyError:
        raise
    except DocumentError as error:
        raise StrategyError(error.path, error.reason) from None


def same_words(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether two documents hold the same words of the creditor's own, by the same writer."""
    return all(before.get(key) == after.get(key) for key in ("templates", "templates_by"))


def _strategy(doc: Part, creditor: str, version: int) -> Strategy:
    doc.only(
        "creditor", "brand", "debt_role", "industry", "currency", "licensed_states", "languages",
        "opens", "policy", "ladders", "assign", "arrangement", "escalation", "coordination",
        "adapt", "contested_rest", "templates", "templates_by", "test_addresses", "holdout_percent",
        "paused", "queue", "payments", "locations", "missing", "facts",
        "reassigned_numbers", "proofs",
    )  # fmt: skip
    if doc.value.get("creditor", creditor) != creditor:
        raise doc.fail("creditor", f"must be {creditor}, the folder it lies in")
    if not doc.has("brand"):
        raise doc.fail("brand", "is required")
    brand = _brand(doc.part("brand"))
    if doc.value.get("debt_role") not in ("first", "third"):
        raise doc.fail("debt_role", "must be first or third: it decides the law")
    ladders = _ladders(doc)
    return Strategy(
        creditor=creditor,
        version=version,
        brand=brand,
        ladders=ladders,
        assignments=_assignments(doc, ladders),
        debt_role=str(doc.value["debt_role"]),
        industry=doc.text("industry", "generic"),
        currency=_currency(doc),
        licensed_states=doc.words("licensed_states") if doc.has("licensed_states") else None,
        facts=_facts(doc.part("facts")),
        languages=doc.words("languages", ("en", "es")) or ("en", "es"),
        arrangement=_arrangement(doc.part("arrangement")),
        escalation=_escalation(doc.part("escalation"), ladders),
        coordination=_coordination(doc.part("coordination")),
        adapt=_adapt(doc.part("adapt")),
        holdout_percent=doc.whole("holdout_percent", low=0, high=50, default=0),
        paused=doc.flag("paused", False),
        opens=doc.flag("opens", True),
        queue=_queue(doc.part("queue")),
        payments=_payments(doc.part("payments")),
        missing=_missing(doc.part("missing")),
        reassigned_numbers=_reassigned_numbers(doc.part("reassigned_numbers")),
        policy=dict(doc.part("policy").value),
        proofs=doc.words("proofs", ("birth", "zip", "code"), least=1)
        if doc.has("proofs")
        else PROOFS,
        contested_rest=doc.word("contested_rest", ["proceed", "wait"], "proceed"),
        templates=_templates(doc.part("templates")),
        templates_by=_writer(doc),
        locations=_locations(doc.part("locations"), doc.part("brand")),
        test_addresses=_addresses(doc, "test_addresses"),
    )


def _facts(doc: Part) -> dict[str, bool]:
    """What is true of every debt of the creditor's, as that it is a nonprofit hospital's."""
    doc.only(*(name for name, kind in FACTS.items() if kind.of == "debt" and not kind.dated))
    return {name: doc.flag(name, False) for name in doc.value}


def _currency(doc: Part) -> str:
    if not doc.has("currency"):
        return ""
    code = doc.text("currency").upper()
    if code not in CURRENCIES:
        raise doc.fail("currency", "must be a code such as USD, CAD or EUR")
    return code


def _addresses(doc: Part, key: str) -> tuple[str, ...]:
    addresses = doc.words(key)
    for place, address in enumerate(addresses):
        if not _ADDRESS.fullmatch(address):
            raise DocumentError((*doc.path, key, place), "an e-mail address is required")
    return addresses


def _templates(doc: Part) -> dict[str, dict[str, Any]]:
    """The creditor's own words by template,
    read and measured by `views/messages/message_check`."""
    return {str(name): dict(doc.part(name).value) for name in doc.value}


def _writer(doc: Part) -> str:
    code = doc.text("templates_by", "")
    if code and not _WRITER.fullmatch(code):
        raise doc.fail("templates_by", "is a code of who wrote the words, such as desk-1")
    return code


def _brand(doc: Part) -> Brand:
    doc.only(
        "name", "address", "phone", "email_from", "reply_to", "mail_domain", "sms_origination",
        "accent", "signature",
    )  # fmt: skip
    accent = doc.text("accent", "#1f5f4a")
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", accent):
        raise doc.fail("accent", "must be a colour such as #1f5f4a")
    if (ratio := contrast(accent, "#ffffff")) < READABLE:
        raise doc.fail("accent", f"its contrast with white is {ratio:.1f}, {READABLE} is needed")
    return Brand(
        name=doc.text("name"),
        address=doc.text("address"),
        phone=doc.text("phone"),
        email_from=doc.text("email_from"),
        reply_to=doc.text("reply_to"),
        mail_domain=_mail_domain(doc),
        sms_origination=doc.text("sms_origination", ""),
        accent=accent,
        signature=doc.text("signature", ""),
    )


def _mail_domain(doc: Part) -> str:
    domain = doc.text("mail_domain", "").lower()
    if domain and not re.fullmatch(r"(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,20}", domain):
        raise doc.fail("mail_domain", "must be a domain such as reply.example.com")
    if domain and domain == doc.text("reply_to").rpartition("@")[2].lower():
        why = "must not be that of reply_to: what is handed on to the inbox would come back"
        raise doc.fail("mail_domain", why)
    return domain


def _locations(doc: Part, brand: Part) -> dict[str, Brand]:
    """Sites by the name that files give them; what a site leaves out is the creditor's. Answers
    by text come back to one number, which tells the creditor: it is the same for every site."""
    if len(doc.value) > _MOST_LOCATIONS:
        raise DocumentError(doc.path, f"at most {_MOST_LOCATIONS} locations")
    locations = {}
    for name in doc.value:
        own = doc.part(str(name))
        own.only("name", "address", "phone", "email_from", "reply_to", "accent", "signature")
        locations[str(name).strip()] = _brand(Part({**brand.value, **own.value}, own.path))
    return locations


def _ladders(doc: Part) -> dict[str, tuple[Rung, ...]]:
    named = doc.part("ladders")
    if not 1 <= len(named.value) <= 20:
        raise doc.fail("ladders", "one to twenty named ladders are required")
    ladders: dict[str, tuple[Rung, ...]] = {}
    known: dict[str, Rung] = {}
    for name in named.value:
        if not isinstance(name, str) or not _ID.fullmatch(name):
            raise named.fail(str(name), "a name is small letters, digits, _ and -")
        items = named.items(name, most=20)
        if not items:
            raise named.fail(name, "one to twenty rungs are required")
        rungs = [_rung(item, path, first=not place) for place, (item, path) in enumerate(items)]
        for place, (rung, (_, path)) in enumerate(zip(rungs, items, strict=True)):
            if any(other.name == rung.name for other in rungs[:place]):
                raise DocumentError((*path, "name"), f"{rung.name!r} stands there twice")
            if known.setdefault(rung.name, rung).template != rung.template:
                raise DocumentError(
                    (*path, "template"), f"another ladder's {rung.name!r} is another message"
                )
        if all(rung.basis is Basis.INSTALMENT for rung in rungs):
            raise named.fail(name, "a ladder needs a rung that does not wait for an arrangement")
        ladders[name] = tuple(rungs)
    return ladders


def _rung(value: Any, path: Path, *, first: bool) -> Rung:
    doc = Part.of(value, path)
    doc.only("name", "basis", "days", "channels", "template", "tone", "offer", "approval")
    basis = Basis(doc.word("basis", list(Basis), "activation" if first else "previous"))
    if first and basis is Basis.PREVIOUS:
        raise doc.fail("basis", "the first rung has none before it")
    early = basis in (Basis.DUE_DATE, Basis.INSTALMENT)
    template = doc.text("template")
    if not _ID.fullmatch(template):
        raise doc.fail("template", "names a family of templates, without its tone")
    name = doc.text("name", most=60)
    if "#" in name:
        raise doc.fail("name", "must not contain #")
    return Rung(
        name=name,
        days=doc.whole("days", low=-60 if early else 0, high=365),
        channels=tuple(Channel(c) for c in doc.words("channels", list(Channel), least=1)),
        template=template,
        tone=doc.word("tone", TONES, "neutral"),
        basis=basis,
        offer=RungOffer(doc.word("offer", list(RungOffer), "pay_now")),
        approval=doc.flag("approval", False),
    )


def _assignments(doc: Part, ladders: Mapping[str, object]) -> tuple[Assignment, ...]:
    rules = tuple(_assignment(item, path, ladders) for item, path in doc.items("assign", most=60))
    if not rules and len(ladders) > 1:
        raise doc.fail("assign", "is required where there is more than one ladder")
    return rules


def _assignment(value: Any, path: Path, ladders: Mapping[str, object]) -> Assignment:
    doc = Part.of(value, path)
    doc.only("ladder", "when")
    return Assignment(ladder=doc.word("ladder", list(ladders)), when=_selection(doc.part("when")))


def read_selection(doc: Any, *, name: str) -> Selection:
    """Check the conditions of a segment and build its selection. Raises `StrategyError`."""
    try:
        return _selection(Part.of(doc, (name,)))
    except DocumentError as error:
        raise StrategyError(error.path, error.reason) from None


def _selection(when: Part) -> Selection:
    when.only(
        "days_past_due", "balance_minor", "industry", "debt_kind", "relationship", "insurance",
        "status",
    )  # fmt: skip
    return Selection(
        days_past_due=_span(when, "days_past_due", low=-3650, high=36_500),
        balance_minor=_span(when, "balance_minor", low=0, high=_MOST),
        industry=when.words("industry"),
        debt_kind=when.words("debt_kind"),
        relationship=when.words("relationship", RELATIONSHIPS),
        insurance=when.words("insurance", INSURANCE),
        status=when.words("status", STATUSES),
    )


def _span(doc: Part, key: str, *, low: int, high: int) -> Span | None:
    if not doc.has(key):
        return None
    ends = doc.part(key)
    ends.only("from", "to")
    span = Span(
        low=ends.maybe("from", low=low, high=high), high=ends.maybe("to", low=low, high=high)
    )
    if span.low is None and span.high is None:
        raise doc.fail(key, "from or to is required")
    if span.low is not None and span.high is not None and span.low > span.high:
        raise ends.fail("to", "lies before from; both ends are included")
    return span


def _arrangement(doc: Part) -> ArrangementLimits:
    doc.only(
        "lowest_instalment_minor", "longest_months", "down_payment_percent", "frequencies",
        "first_within_days", "approve_up_to_minor", "from",
    )  # fmt: skip
    usual = ArrangementLimits()
    return ArrangementLimits(
        lowest_instalment_minor=doc.whole(
            "lowest_instalment_minor", low=1, high=_MOST, default=usual.lowest_instalment_minor
        ),
        longest_months=doc.whole("longest_months", low=1, high=120, default=usual.longest_months),
        down_payment_percent=doc.whole("down_payment_percent", low=0, high=90, default=0),
        frequencies=doc.words("frequencies", FREQUENCIES) or usual.frequencies,
        first_within_days=doc.whole(
            "first_within_days", low=1, high=90, default=usual.first_within_days
        ),
        approve_up_to_minor=doc.maybe("approve_up_to_minor", low=0, high=_MOST),
        from_on=doc.day("from"),
    )


def _escalation(doc: Part, ladders: Mapping[str, tuple[Rung, ...]]) -> Escalation:
    doc.only(
        "balance_over_minor", "days_past_due", "silent_touches", "broken_arrangement", "rung",
        "notify",
    )  # fmt: skip
    notify = _addresses(doc, "notify")
    names = sorted({rung.name for rungs in ladders.values() for rung in rungs})
    return Escalation(
        balance_over_minor=doc.maybe("balance_over_minor", low=1, high=_MOST),
        days_past_due=doc.maybe("days_past_due", low=1, high=10_000),
        silent_touches=doc.maybe("silent_touches", low=1, high=20),
        broken_arrangement=doc.flag("broken_arrangement", True),
        rung=doc.word("rung", ["", *names], ""),
        notify=notify,
    )


def _coordination(doc: Part) -> Coordination:
    doc.only(
        "window_hours", "minimum_gap_hours", "weekends", "holidays", "resume_after_reply_days",
        "promise_grace_days", "rest_after_payment_days", "per_minute",
    )  # fmt: skip
    pace = doc.part("per_minute")
    pace.only(*Channel)
    return Coordination(
        window_hours=doc.whole("window_hours", low=0, high=720, default=24),
        minimum_gap_hours=doc.whole("minimum_gap_hours", low=1, high=720, default=48),
        weekends=doc.flag("weekends", False),
        holidays=doc.flag("holidays", False),
        resume_after_reply_days=doc.whole("resume_after_reply_days", low=0, high=60, default=0),
        promise_grace_days=doc.whole("promise_grace_days", low=0, high=30, default=1),
        rest_after_payment_days=doc.maybe("rest_after_payment_days", low=0, high=90),
        per_minute={
            channel: pace.whole(channel.value, low=1, high=100_000)
            for channel in Channel
            if pace.has(channel.value)
        },
    )


def _adapt(doc: Part) -> Adapt:
    doc.only("enabled", "unread_emails", "answered")
    usual = Adapt()
    return Adapt(
        enabled=doc.flag("enabled", True),
        unread_emails=doc.whole("unread_emails", low=1, high=10, default=usual.unread_emails),
        answered=doc.whole("answered", low=1, high=10, default=usual.answered),
    )


def _queue(doc: Part) -> StaffQueuePolicy:
    doc.only("hours", "owners")
    hours, owners = doc.part("hours"), doc.part("owners")
    return StaffQueuePolicy(
        hours={str(kind): hours.whole(kind, low=1, high=8760) for kind in hours.value},
        owners={str(kind): owners.text(kind) for kind in owners.value},
    )


def _missing(doc: Part) -> MissingBound:
    doc.only("percent", "accounts")
    usual = MissingBound()
    return MissingBound(
        percent=doc.whole("percent", low=0, high=100, default=usual.percent),
        accounts=doc.whole("accounts", low=0, high=1_000_000, default=usual.accounts),
    )


def _reassigned_numbers(doc: Part) -> AnswerPolicy:
    doc.only("without_answer", "answer_days")
    usual = AnswerPolicy()
    return AnswerPolicy(
        without_answer=doc.word("without_answer", ["refuse", "proceed"], usual.without_answer),
        answer_days=doc.whole("answer_days", low=1, high=LONGEST_DAYS, default=usual.answer_days),
    )


def _payments(doc: Part) -> PaymentPolicy:
    doc.only("refund_excess_up_to_minor", "pending_days", "allocation", "smallest_minor")
    usual = PaymentPolicy()
    allocation = doc.words("allocation", usual.allocation) or usual.allocation
    if sorted(allocation) != sorted(usual.allocation):
        raise doc.fail("allocation", "fee, interest and principal are required, each once")
    return PaymentPolicy(
        refund_excess_up_to_minor=doc.whole(
            "refund_excess_up_to_minor",
            low=0,
            high=_MOST,
            default=usual.refund_excess_up_to_minor,
        ),
        pending_days=doc.whole("pending_days", low=1, high=60, default=usual.pending_days),
        allocation=allocation,
        smallest_minor=doc.whole(
            "smallest_minor", low=1, high=100_000, default=usual.smallest_minor
        ),
    )


def settings_of(strategy: Strategy) -> dict[str, str]:
    """Every setting by its path, also those left to their default; without the version."""
    settings: dict[str, str] = {}
    _flatten(asdict(strategy), "", settings)
    return {path: value for path, value in settings.items() if path != "version"}


def _flatten(value: Any, path: str, settings: dict[str, str]) -> None:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            _flatten(inner, f"{path}.{key}".removeprefix("."), settings)
    elif isinstance(value, (list, tuple)) and any(isinstance(item, Mapping) for item in value):
        for place, inner in enumerate(value):
            _flatten(inner, f"{path}[{place}]", settings)
    elif isinstance(value, (list, tuple)):
        settings[path] = ", ".join(str(item) for item in value) or "none"
    elif isinstance(value, bool):
        settings[path] = "yes" if value else "no"
    else:
        settings[path] = "none" if value in (None, "", {}) else str(value)
