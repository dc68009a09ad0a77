"""The files written beside the dropped one, and the JSON of a dry run."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from dunlin.domain.imports import fields
from dunlin.domain.imports.assemble import HOLD_CODES, Assembly
from dunlin.domain.imports.guard import REASON_COLUMN, csv_line
from dunlin.domain.imports.types import (
    CONTACTS,
    CREATED,
    DUPLICATE,
    OPEN,
    OTHER,
    PAYABLES,
    PAYMENTS,
    REJECTED,
    UNCHANGED,
    UPDATED,
    FileProfile,
    ImportQuestion,
    NormalisedAccount,
    RowOutcome,
)  # fmt: skip

ADVICE = {
    "missing_balance": "Give the row a balance, or name its column in the mapping file.",
    "missing_due_date": "Created with a hold: give the due date and drop the row again.",
    "missing_contact": "Created with a hold: give an e-mail address or a phone number.",
    "negative_balance": "Kept as a credit: it is netted against this person's debts.",
    "future_due_date": "Created with a hold that ends on the due date. Nothing to do.",
    "bad_amount": "Write the amount as digits with at most one decimal mark, such as 1234.50.",
    "ambiguous_amount": "Write the amount so that it can be read in one way only, such as 1234.50.",
    "does_not_add_up": "Created with a hold: its figures do not add up as those of the other rows"
    " do. Say which is right.",
    "odd_currency": "Created with a hold: no other row is in this currency. Is it right?",
    "mixed_currency": "The amount and the currency column disagree: correct one of them.",
    "bad_date": "Write the date as YYYY-MM-DD.",
    "bad_phone": "Write the number with its country code, such as +1 212 555 0147.",
    "bad_email": "Correct the e-mail address.",
    "shared_contact": "Created with a hold: its address or number stands under other names too;"
    " give this person's own.",
    "contact_unclear": "Created with a hold: two contacts or two debtors bear this name; give the"
    " number that both files name.",
    "bad_time_zone": "This names no place: write one such as America/New_York. The address and the"
    " number tell where the person is meanwhile.",
    "own_address": "This is the creditor's own address or number: give the customer's.",
    "placeholder": "This fills the cell and reaches nobody: give the address, number or name.",
    "ragged_row": "The row has more cells than the header: quote the text with the delimiter.",
    "no_reference": "Give the row an account or invoice number, or the name of who owes.",
    "cut_number": "A spreadsheet cut the number: format its column as text and export again.",
    "same_row": "The same row stands in the file before; nothing to do.",
    "conflicting_row": "Another row has the same number and another balance; the first was kept.",
    "conflicting_rows": "Created with a hold: rows of one number give two balances; correct one.",
    "instalments": "Created with a hold: its parts fall due on different days, and nothing says"
    " whether they are instalments. Give each a number in a column `Instalment no`, or release it.",
    "same_account": "Part of the account that an earlier row made. Nothing to do.",
    "paid": "Paid, so nothing is chased.",
    "zero_balance": "Nothing is owed, so nothing is chased.",
    "settled_by_credit": "A credit of the same person covers it, so nothing is chased.",
    "written_off": "Written off, so nothing is chased; `written_off: true` in the mapping file"
    " makes such rows debts.",
    "insurance_pending": "Created with a hold: the insurer has not answered.",
    "void": "Void, so nothing is chased.",
    "deleted": "Deleted at the source, so nothing is chased.",
    "draft": "A draft, so nothing is chased. Drop the file again once it is issued.",
    "credit": "Kept as a credit: it is netted against this person's debts.",
    "payment": "Kept as a payment: it is netted against this person's debts.",
    "returned_payment": "The payment came back, so what it had paid is owed again.",
    "payment_undone": "This payment came back: what it had paid here is owed again.",
    "payment_not_received": "The payment failed or is still on its way, so it pays nothing.",
    "payment_held": "Nothing says which debt it pays: say it with `dunlin payments place`; the"
    " debts it may pay rest until then.",
    "no_account": "No account of this number is known: drop the file that holds the debts first.",
    "already_counted": "Dated before the newest file that tells the balance, which counts it.",
    "payable": "A bill that the creditor itself owes, so it is no account.",
    "contact": "Kept as a contact: it fills accounts by its key.",
    "not_a_debt": "The file holds no debts, so nothing is imported.",
    "deceased": "Created with a hold: the person is said to have died. Say who answers for it.",
    "bankruptcy": "Created with a hold: a bankruptcy is named. Ask counsel before anybody writes.",
    "attorney": "Created with a hold: an attorney speaks for the person. Write to them by hand.",
    "legal_action": "Created with a hold: the debt is in court or with your attorneys.",
    "do_not_contact": "Created with a hold: the file says not to contact this person.",
    "minor": "Created with a hold: the person is under 18. Say who answers for the debt.",
    "fraud": "Created with a hold: fraud or a stolen identity is named. Find out who owes.",
    "wrong_person": "Created with a hold: this is said to be the wrong person. Correct who owes.",
    "vulnerable": "Created with a hold: the person is ill, in custody or in service. Look first.",
    "agency": "Created with a hold: the debt lies with an agency or was sold.",
    "payment_plan": "Created with a hold: a payment plan is agreed elsewhere. Say whether it runs.",
    "on_hold": "Created with a hold: the file itself holds it. Approve it once it may go on.",
    "disputed": "Created with a hold: the debt is disputed.",
    "unknown_status": "Created with a hold: the status is not a known one; map or correct it.",
    "probable_duplicate": "Owed by the same person on the same day as another row: is it one debt?",
    "probable_match": "Created with a hold: say whether this is the person of another row.",
    "permission_withdrawn": "The file says that this person is not to be written to: closed, and it"
    " stays closed until the person or you open it again.",
    "place_kept": "The file names another state or ZIP code than your staff wrote down: theirs"
    " stands. If the person moved: dunlin account fact ... state, or zip.",
    "known_file": "The same file was imported under another name: nothing was taken from it.",
    "older_file": "A newer file told this debt: nothing was taken from this one but a 'no' to"
    " messages, and what it alone names is on hold. Is it the newest? Drop it under a name without"
    " a day.",
    "other_creditor": "Drop the file for the creditor whose debts it names.",
    "another_person": "The number is known for another person: this is a debt of its own, and the"
    " earlier one is on hold until you say what became of it.",
    "currency_differs": "The account is known in another currency: it is on hold, correct the"
    " currency and drop the file again. A payment waits in `dunlin payments held`.",
    "payment_shown": "Created with a hold: the row says that it was paid. Is anything still owed?",
    "cleared_with_balance": "Created with a hold: the row is marked as settled and has a balance.",
    "payment_ahead": "Created with a hold: the day of its payment lies ahead. Is it promised?",
    "due_before_bill": "Created with a hold: it fell due long before it was billed, as hardly any"
    " other row did. Which day is right?",
    "settled": "The row says when or by what it was settled, so nothing is chased.",
    "impossible_date": "The date is none of a debt (1900, 1970, 9999): give the right one.",
    "no_debt": "The row is a posting that names no debt.",
}
"""What to do about each reason code."""

_STOOD = frozenset(("", "same_account", "paid", "zero_balance", "contact", "payment", "not_a_debt"))


def advice(code: str) -> str:
    """What to do about a reason code, one sentence."""
    return ADVICE.get(code, "Correct the row and drop it again.")


def field_of(profile: FileProfile, column: str, code: str) -> str:
    """The field a reason is about."""
    for mapped in profile.mapping:
        if mapped.key == column and mapped.field != fields.IGNORE:
            return mapped.field
    return {
        "missing_balance": "balance", "negative_balance": "balance", "missing_contact": "email",
        "missing_due_date": "due_date", "future_due_date": "due_date",
        "no_reference": "account_reference", "zero_balance": "balance", "disputed": "disputed",
        "unknown_status": "status",
    }.get(code, "")  # fmt: skip


def report_rows(
    profile: FileProfile, outcomes: Iterable[RowOutcome], accounts: Mapping[str, NormalisedAccount]
) -> Iterator[tuple[str, str, str, str, str, str]]:
    """(row, outcome, field, value, code, what to do) of all that did not import as it stood."""
    for outcome in outcomes:
        listed: set[tuple[str, str]] = set()
        account = accounts.get(outcome.account)
        if outcome.outcome == CREATED and account is not None:
            for hold in account.holds:
                code = HOLD_CODES[hold]
                listed.add((code, ""))
                yield _line(profile, outcome, code, "", "")
        elif outcome.code and outcome.code not in _STOOD:
            listed.add((outcome.code, outcome.value))
            yield _line(profile, outcome, outcome.code, outcome.column, outcome.value)
        for problem in outcome.problems:
            if (problem.code, problem.value) not in listed:
                listed.add((problem.code, problem.value))
                yield _line(profile, outcome, problem.code, problem.column, problem.value)


def _line(
    profile: FileProfile, outcome: RowOutcome, code: str, column: str, value: str
) -> tuple[str, str, str, str, str, str]:
    field = column or field_of(profile, column, code)
    return (str(outcome.line), outcome.outcome, field, value, code, advice(code))


REPORT_HEADER = ("row", "outcome", "field", "value", "code", "what_to_do")


def report_csv(
    profile: FileProfile, outcomes: Iterable[RowOutcome], accounts: Mapping[str, NormalisedAccount]
) -> Iterator[str]:
    """`NAME.report.csv`, line by line. A refused file has one line that says why."""
    yield csv_line(REPORT_HEADER)
    if profile.refusal is not None:
        yield csv_line(("", REJECTED, "", "", profile.refusal.code, profile.refusal.detail))
        return
    for decision in profile.decisions:
        if decision.blocking:
            choices = ", ".join(decision.choices)
            yield csv_line(
                ("", "waiting", decision.column or decision.kind, "",
                 f"decide_{decision.kind}", f"{decision.why}: choose {choices} in the mapping file")
            )  # fmt: skip
    for row in report_rows(profile, outcomes, accounts):
        yield csv_line(row)


def rejected_csv(
    headers: Sequence[str], rows: Iterable[tuple[Sequence[str], str]]
) -> Iterator[str]:
    """`NAME.rejected.csv`: the original columns and the reason, to be mended and dropped again."""
    yield csv_line((*headers, REASON_COLUMN))
    for cells, reason in rows:
        padded = [*cells[: len(headers)], *[""] * (len(headers) - len(cells))]
        yield csv_line((*padded, reason))


def summary(
    file: str, profile: FileProfile, assembly: Assembly | None, today: dt.date
) -> dict[str, object]:
    """`NAME.summary.json` as a mapping: outcomes, balances, aging buckets, mapping, next step.

    `totals` are the accounts created, `owed` all open debts of the file, new or known; those are
    held beside the file's own total.
    """
    outcomes: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    reasons: dict[str, Counter[str]] = {}
    for outcome in assembly.outcomes if assembly else ():
        outcomes[outcome.outcome] += 1
        codes[outcome.code] += 1
        if outcome.code:
            reasons.setdefault(outcome.outcome, Counter())[outcome.code] += 1
    del codes[""]
    totals: dict[str, dict[str, int]] = {}
    holds: Counter[str] = Counter()
    created = held = 0
    for account in assembly.created() if assembly else ():
        _add(totals, account)
        holds.update(account.holds)
        created += 1
        held += bool(account.holds)
    owed: dict[str, dict[str, int]] = {}
    buckets: Counter[str] = Counter()
    for account in assembly.accounts.values() if assembly else ():
        if account.status == OPEN:
            _add(owed, account)
            buckets[bucket_of(account, today)] += 1
    own = dict(profile.file_total)
    reconciled = {
        currency: {
            "owed_minor": sums["balance_minor"],
            "file_total_minor": own[currency],
            "difference_minor": own[currency] - sums["balance_minor"],
        }
        for currency, sums in owed.items()
        if currency in own
    }
    return {
        "file": file,
        "kind": profile.kind,
        "what": profile.kind_why,
        "state": state_of(profile),
        "reason": profile.refusal.detail if profile.refusal else "",
        "refusal": profile.refusal.code if profile.refusal else "",
        "day": today.isoformat(),
        "encoding": profile.encoding,
        "delimiter": profile.delimiter,
        "rows": profile.records,
        "outcomes": dict(outcomes),
        "codes": dict(codes),
        "reasons": {name: dict(counted) for name, counted in reasons.items()},
        "totals": totals,
        "owed": owed,
        "reconciliation": reconciled,
        "buckets": dict(buckets),
        "holds": dict(holds),
        "waiting_accounts": held,
        "mapping": mapping_of(profile),
        "date_orders": date_orders_of(profile),
        "decisions_needed": [d.wire() for d in decisions_of(profile, assembly)],
        "notes": list(profile.notes),
        "next_step": next_step(
            profile, created, held, owing=sum(buckets.values()), refused=outcomes["rejected"]
        ),
    }


def state_of(profile: FileProfile) -> str:
    """`rejected`, `waiting` (for a decision) or `done`."""
    if profile.refusal is not None:
        return "rejected"
    return "waiting" if profile.waits else "done"


def bucket_of(account: NormalisedAccount, today: dt.date) -> str:
    """Aging bucket by days past due."""
    if account.due_on is None:
        return "unknown"
    days = (today - account.due_on).days
    for most, name in ((0, "current"), (30, "1-30"), (60, "31-60"), (90, "61-90")):
        if days <= most:
            return name
    return "over-90"


def next_step(profile: FileProfile, created: int, held: int, *, owing: int, refused: int) -> str:
    """What the person who dropped the file should do now, one sentence."""
    if profile.refusal is not None:
        return f"Nothing was imported: {profile.refusal.detail}."
    if profile.waits:
        waits = sum(d.blocking for d in profile.decisions)
        questions = "a question" if waits == 1 else f"{waits} questions"
        return (
            f"Nothing is imported yet: it waits for an answer to {questions}, at a terminal, on the"
            " dashboard, or in the mapping file beside it."
        )
    if profile.kind == CONTACTS:
        return "Drop the file that holds the debts; these contacts fill its accounts."
    if profile.kind in (PAYMENTS, PAYABLES, OTHER):
        return "Drop a file that holds open invoices or balances."
    if not created and owing:
        known = "1 is" if owing == 1 else f"{owing:,} are"
        return f"No new debts: {known} known already, and what changed is recorded."
    if not created and refused:
        rows = "1 row was" if refused == 1 else f"{refused:,} rows were"
        return f"{rows} not imported: mend what the report names, and drop the file again."
    if not created:
        return "Nothing in this file is owed; nothing to do."
    if held:
        verb = "waits" if held == 1 else "wait"
        return f"{held:,} of {created:,} accounts {verb}; the report says what each needs."
    ready = "1 account is" if created == 1 else f"{created:,} accounts are"
    return f"{ready} ready to be activated."


def mapping_of(profile: FileProfile) -> dict[str, dict[str, object]]:
    """{column: {field, score, why}}."""
    return {c.key: {"field": c.field, "score": c.score, "why": c.why} for c in profile.mapping}


def date_orders_of(profile: FileProfile) -> dict[str, str]:
    """{column: order} of the dates that could be read in two ways."""
    keys = {column.index: column.key for column in profile.mapping}
    return {keys[index]: order for index, order in profile.date_orders if order and index in keys}


def totals_of(accounts: Iterable[NormalisedAccount]) -> dict[str, dict[str, int]]:
    """{currency: {rows, balance_minor}} of accounts, each once."""
    out: dict[str, dict[str, int]] = {}
    for account in accounts:
        _add(out, account)
    return out


def _add(totals: dict[str, dict[str, int]], account: NormalisedAccount) -> None:
    sums = totals.setdefault(account.balance.currency, {"rows": 0, "balance_minor": 0})
    sums["rows"] += 1
    sums["balance_minor"] += account.balance.minor


def decisions_of(profile: FileProfile, assembly: Assembly | None) -> list[ImportQuestion]:
    """All that a person is asked about the file."""
    return [*profile.decisions, *(assembly.decisions if assembly else ())]


def account_json(profile: FileProfile, account: NormalisedAccount) -> dict[str, object]:
    """An account as the dry run shows it. Dates are ISO, money is minor units; `held` is the code
    of the gravest hold that waits for a person, null where none does."""
    consumer = account.consumer
    by_kind = "business" if consumer.company else "consumer"
    return {
        "reference": account.reference or None,
        "invoice": account.invoice or None,
        "status": account.status or None,
        "balance_minor": account.balance.minor if account.status else None,
        "currency": account.balance.currency if account.status else None,
        "issued_on": _iso(account.issued_on),
        "due_on": _iso(account.due_on),
        "paid_on": _iso(account.paid_on),
        "held": next((HOLD_CODES[h] for h in account.holds if h != "not_due"), None),
        "debt_kind": profile.debt_kind or by_kind,
        "consumer": {
            "name": consumer.name or None,
            "emails": list(consumer.emails),
            "phones": list(consumer.phones),
            "street": consumer.street or None,
            "city": consumer.city or None,
            "state": consumer.state or None,
            "zip": consumer.zip or None,
            "country": consumer.country or None,
            "matched_by": account.matched_by,
        },
        "extras": extras_of(account),
    }


def extras_of(account: NormalisedAccount) -> dict[str, object]:
    """Industry extras and whatever else the file told of the debt."""
    out: dict[str, object] = dict(account.extras)
    consumer = account.consumer
    if account.disputed:
        out["disputed"] = True
    if account.notes:
        out["notes"] = account.notes
    if account.last_payment is not None:
        out["last_payment_minor"] = account.last_payment.minor
    if consumer.language:
        out["language"] = consumer.language
    if consumer.time_zone:
        out["time_zone"] = consumer.time_zone
    if consumer.date_of_birth:
        out["date_of_birth"] = consumer.date_of_birth.isoformat()
    if consumer.extensions:
        out["extensions"] = [{"phone": p, "extension": x} for p, x in consumer.extensions]
    if consumer.consents:
        out["consents"] = [
            {"channel": c.channel, "granted": c.granted, "evidence": c.evidence}
            for c in consumer.consents
        ]
    return out


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def row_json(
    profile: FileProfile, outcome: RowOutcome, account: NormalisedAccount | None
) -> dict[str, object]:
    """One row of the dry run."""
    out: dict[str, object] = {"row": outcome.line, "outcome": outcome.outcome}
    if outcome.code:
        out["code"] = outcome.code
        field = field_of(profile, outcome.column, outcome.code)
        if field:
            out["field"] = field
        if outcome.value:
            out["value"] = outcome.value
    out["account"] = None if account is None else account_json(profile, account)
    return out


def dry_run_json(file: str, profile: FileProfile, assembly: Assembly | None) -> Iterator[str]:
    """The JSON of `dunlin import --dry-run --json`, in pieces, so that rows are not held twice."""
    counts = Counter(o.outcome for o in assembly.outcomes) if assembly else Counter()
    head: dict[str, object] = {
        "file": file,
        "kind": profile.kind,
        "why": profile.kind_why,
        "state": state_of(profile),
        "encoding": profile.encoding,
        "delimiter": profile.delimiter,
        "header_row": profile.header_row,
        "mapping": mapping_of(profile),
        "decisions_needed": [d.wire() for d in decisions_of(profile, assembly)],
        "totals": totals_of(assembly.created() if assembly else ()),
        "outcomes": {
            name: counts.get(name, 0) for name in (CREATED, UPDATED, UNCHANGED, REJECTED, DUPLICATE)
        },
    }
    if profile.refusal is not None:
        head["refused"] = {"code": profile.refusal.code, "why": profile.refusal.detail}
    text = json.dumps(head, ensure_ascii=False, indent=1)
    yield text[:-2] + ',\n "rows": ['
    for number, outcome in enumerate(assembly.outcomes if assembly else ()):
        known = assembly.accounts.get(outcome.account) if assembly else None
        row = row_json(profile, outcome, known)
        yield ("," if number else "") + "\n  " + json.dumps(row, ensure_ascii=False)
    yield "\n ]\n}"


def nothing_imported(profile: FileProfile, assembly: Assembly | None) -> bool:
    """True where nothing could be imported: refused, waiting, no table of ours, all rejected."""
    if profile.refusal is not None or profile.waits or profile.kind == OTHER or assembly is None:
        return True
    return not any(o.outcome in (CREATED, UPDATED, UNCHANGED, DUPLICATE) for o in assembly.outcomes)
