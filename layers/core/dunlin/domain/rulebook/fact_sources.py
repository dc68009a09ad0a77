"""Where each fact that a rule reads comes from, and what is assumed where nobody has said it.

A fact that rules read and that stands here with no setter must say what its absence means: a test
holds this table to the conditions of the rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dunlin.domain.accounts.known_facts import FACTS

Setter = Literal["file", "portal", "reply", "staff", "strategy", "reckoned", "debit", "words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactSource:
    """Who sets one fact, in words by kind of setter; `without`: what holds where nobody did."""

    by: Mapping[Setter, str]
    without: str


def _of(without: str, **by: str) -> FactSource:
    return FactSource(by=by, without=without)  # type: ignore[arg-type]


_BLOCKED = "not proven: what needs it is blocked"
_NOT_SO = "not so"
_CHECKED = "not so: `template lint` and the content check refuse such words before they are used"
_CALLER = "the action is blocked: no part of Dunlin takes it yet"
_FLAG = "`dunlin account flag`"

SOURCES: Mapping[str, FactSource] = {
    # The person's own words and wishes.
    "consents.sms": _of(
        _BLOCKED, file="a column of consent to texts", portal="the wish page", reply="START"
    ),
    "flags.sms_optout": _of(
        _NOT_SO, file="a column of opt-outs", portal="the wish page", reply="a text that says stop",
        reckoned="permission that was revoked",
    ),
    "flags.email_optout": _of(
        _NOT_SO, file="a column of opt-outs", portal="the wish page", reply="the unsubscribe link",
        reckoned="permission that was revoked",
    ),
    "flags.medium_optout": _of(_NOT_SO, portal="the wish page", staff=_FLAG),
    "flags.only_medium": _of(_NOT_SO, staff=_FLAG),
    "flags.inconvenient": _of(_NOT_SO, portal="hours and days", staff=_FLAG),
    "flags.no_work_contact": _of(_NOT_SO, portal="the wish page", staff=_FLAG),
    "flags.alt_contact_only": _of(_NOT_SO, staff=_FLAG),
    "flags.cease": _of(_NOT_SO, staff=_FLAG),
    "flags.cease.at": _of(
        "never: no letter counts as a second", reply="the day of such a reply", staff=_FLAG
    ),
    "flags.attorney": _of(_NOT_SO, reply="a reply that names an attorney", staff=_FLAG),
    "flags.bankruptcy": _of(_NOT_SO, reply="a reply that names a bankruptcy", staff=_FLAG),
    "flags.deceased": _of(_NOT_SO, reply="a reply that says so", staff=_FLAG),
    "flags.is_minor": _of(_NOT_SO, staff=_FLAG),
    "flags.active_duty": _of(_NOT_SO, staff=_FLAG),
    "flags.wrong_number": _of(_NOT_SO, reply="a reply or the portal's word", staff=_FLAG),
    "flags.email_wrong_party": _of(_NOT_SO, reply="a reply or the portal's word", staff=_FLAG),
    "flags.dispute": _of(_NOT_SO, file="a column of disputes", portal="the dispute page",
                         reply="a reply that disputes", staff=_FLAG),
    "flags.dispute.debt_id": _of("every account of the person", reckoned="the account in dispute"),
    # Reckoned by the gate.
    "flags.email_bounced": _of(_NOT_SO, reckoned="bounces of the address in use"),
    "flags.in_collection_procedures": _of(
        "so: dunning counts", reckoned="so from the first day past due, or where it is unknown"
    ),
    "flags.owed_since": _of(
        "unknown: the debt counts as too old to sue upon",
        reckoned="the due day, else the day of issue, or a file's last payment before it",
    ),
    "consents.consumer_used_at": _of(
        "never", reckoned="the newest message of theirs by the same medium that is kept"
    ),
    "consents.number_confirmed": _of(
        "not so: a text to a consumer is refused, unless the strategy lets it go",
        reckoned="the person's own word of less than 45 days ago, or a fresh `no`",
        staff="`dunlin reassigned import`",
    ),
    "policy.number_answers": _of("refuse", strategy="`reassigned_numbers`"),
    # Of an automatic debit.
    "consents.stored_credential_agreement": _of(_BLOCKED, debit="the consent that was signed"),
    "consents.ach_authorization_signed": _of(_BLOCKED, debit="the consent that was signed"),
    "consents.ach_copy_provided": _of(_BLOCKED, debit="the copy that was sent"),
    "flags.card_consent_withdrawn": _of(_NOT_SO, debit="the day on which it was stopped"),
    "flags.stop_payment_at": _of("never", debit="the day on which it was stopped"),
    "flags.varying_notice_at": _of("no notice: blocked", debit="the notice that was sent"),
    "message.amount_varies": _of(_NOT_SO, debit="the instalment beside the agreed amount"),
    "message.network_transaction_id": _of(_BLOCKED, debit="the first charge"),
    "message.original_return_at": _of(_BLOCKED, debit="the returned debit"),
    "message.prior_reinitiations": _of("none", debit="the debits that were returned"),
    "message.failed_transfers": _of("none", debit="the debits that failed one after the other"),
    "message.automated": _of("not so: Dunlin places no calls"),
    "message.return_code": _of(_BLOCKED, debit="the returned debit"),
    # Of a letter of staff.
    "message.via": _of("unknown: blocked", staff="`dunlin letter`: certified for a lien"),
    "message.due_date": _of("unknown: blocked", reckoned="the account's due date"),
    "message.to": _of(_BLOCKED + " where the patient named another address"),
    "message.recipient": _of("the consumer"),
    # The creditor's own settings.
    "policy.licensed_states": _of("no list: not asked", strategy="`licensed_states`"),
    "policy.tx_surety_bond": _of(_BLOCKED, strategy="`policy`"),
    "policy.b2b_hours": _of("on", strategy="`policy.policy_switches`"),
    "policy.first_party_call_cap": _of("on", strategy="`policy.policy_switches`"),
    "policy.first_party_conv7": _of("on", strategy="`policy.policy_switches`"),
    "policy.first_party_email_hours": _of("on", strategy="`policy.policy_switches`"),
    "message.template": _of("no repetition is looked for", reckoned="the rung's template"),
    "flags.paid_in_full": _of(_NOT_SO, reckoned="a balance of nothing, beside this fact"),
    "flags.callback_consent_at": _of("never: the wait after a conversation is whole"),
    # Kept for as long as a law or a case wants them; nothing of Dunlin purges by itself.
    "flags.last_collection_activity_at": _of(_CALLER),
    # Words that a message carries.
    **dict.fromkeys(
        (
            "message.business_name_reveals_debt", "message.deceptive_header",
            "message.extra_content", "message.false_urgency", "message.intent_and_authority",
            "message.interrupted", "message.marketing", "message.mentions_debt",
            "message.missing_collector_disclosure", "message.missing_identity",
            "message.missing_language_access_statement", "message.missing_optout_notice",
            "message.obscene", "message.overshadows", "message.payment_link",
            "message.phi_detail", "message.reveals_debt_in_subject",
            "message.sender_not_creditor", "message.threat_arrest",
            "message.poses_as_other", "message.withholds_care",
        ),
        _of(_CHECKED, words="the content check"),
    ),
    "message.clarify_scope": _of(_NOT_SO),
    "message.in_initial_communication": _of(_NOT_SO),
    "message.tbd_disclosure": _of(_BLOCKED + ": no template carries the statement yet"),
    # Actions that Dunlin does not take.
    **dict.fromkeys(
        (
            "message.card", "message.cost_pct", "message.kind", "message.pct",
            "message.claim_notice_delivered", "message.first_publication",
            "message.sale_notice_mailed", "message.consumer_directed",
            "message.expressly_authorized_by_agreement", "message.state_law_permits",
            "message.full_redirect", "message.raw_pan_touches_platform",
            "message.script_attack_controls", "message.marked_disputed",
            "message.target_debt_disputed", "message.annual_pct", "message.mapr",
            "message.only_earlier_fees", "message.earlier_response_incomplete",
            "message.fee", "message.in_lease", "message.overdue", "message.person",
            "message.rent",
        ),
        _of(_CALLER),
    ),
}  # fmt: skip
"""What is no fact that somebody says: wishes, words, what is reckoned."""

_BESIDES: Mapping[str, Mapping[Setter, str]] = {
    "consents.dc_electronic": {"portal": "agreeing to the channel"},
    "consents.nyc_electronic": {"portal": "agreeing to the channel"},
    "consents.ny_email_written": {"portal": "agreeing to e-mail"},
    "consents.email_basis": {
        "portal": "agreeing to e-mail", "reckoned": "consumer_used once they wrote by e-mail",
    },
    "consents.text_verified_at": {
        "portal": "agreeing to texts", "reckoned": "their newest text",
    },
    "flags.time_barred": {
        "reckoned": "from `flags.owed_since`, by `tables/limitations.yaml`",
    },
    "flags.reassigned": {
        "staff": "`dunlin reassigned import`, or `dunlin account fact … reassigned`",
    },
    "flags.services_at": {"file": "the column of the day of service"},
    "flags.work_email": {"portal": "the wish page"},
    "flags.employer_prohibits": {"portal": "the wish page"},
    "flags.shared_phone": {"portal": "the wish page"},
    "flags.validation.initial_comm_at": {"reckoned": "the first contact about the debt"},
}  # fmt: skip
"""Who sets a fact besides staff."""
_ABSENT = {
    "flags.validation.initial_comm_at": "no contact yet",
    "flags.validation.period_end": "not running",
    "consents.email_basis": "none: a collector's e-mail is blocked",
    "flags.first_post_discharge_bill_at": "unknown: a nonprofit hospital's step is blocked",
    "flags.eca_notice_at": "unknown: a nonprofit hospital's step is blocked",
    "flags.time_barred": "so where no day is known",
    "flags.services_at": "unknown: a hospital's step is blocked",
    "flags.covered_loan": "so, of a lender's loan to a consumer",
    "flags.nv_notice_sent_at": "unknown: blocked",
    "flags.bankruptcy_includes_debt": "so: a bankruptcy covers the debt",
}


IN_FILES = frozenset({
    "validation_sent_at", "time_barred", "codebtor_stay", "sole_prop_mixed_use", "ppdr_open",
    "insurance_appeal_pending", "insurance_appeal_ended_at", "fap_application_pending",
    "first_post_discharge_bill_at", "assistance_screened", "uninsured", "employer_prohibits",
    "shared_phone",
})  # fmt: skip
"""The facts that have a column of their own."""


def source_of(path: str) -> FactSource | None:
    """Where one fact comes from; None for a fact that nobody sets and nothing is assumed of."""
    if path in SOURCES:
        return SOURCES[path]
    kind = next((k for k in FACTS.values() if k.path == path), None)
    if path == "flags.validation":
        kind = FACTS["validation_sent_at"]
    if kind is None:
        return None
    staff = {"staff": f"`dunlin account fact … {kind.name}`"}
    if kind.of == "debt" and not kind.dated:
        staff["strategy"] = "`facts`"
    if kind.name in IN_FILES:
        staff["file"] = "a column of its own"
    if kind.name in ("work_phone", "work_email"):
        staff["file"] = "a column of numbers or addresses at work"
    proof = path.startswith("consents.") or path == "flags.validation"
    without = _ABSENT.get(path, _BLOCKED if proof else "never" if kind.dated else _NOT_SO)
    return FactSource(by={**staff, **_BESIDES.get(path, {})}, without=without)  # type: ignore[dict-item]
