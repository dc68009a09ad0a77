"""What one column means can hang on the others: `Name` beside `First name` is a last name.

A table of rules over one option of one column. The first rule whose condition holds moves its
score or gives it another meaning, and adds its reason to those that a person reads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from dunlin.domain.imports import fields
from dunlin.domain.imports.content import Content

SET_BY_HAND = "set in the sidecar"
"""The reason of a meaning that a person gave: nothing here changes it."""

_SURE = 0.9
_NEARLY_ALL = 0.9
_PERSON = frozenset(("consumer_name", "company", "last_name"))
_WHO = frozenset(("consumer_name", "company", "consumer_reference", "last_name", "email"))
_CODED = frozenset(
    (
        "customer client debtor kunde cliente tenant resident patient partner debitor contact "
        "deudor debiteur devedor guarantor member student owner consumer name"
    ).split()
)
"""Names of columns that hold a person's name or, in some exports, their number."""
_FREE_TEXT = frozenset(("reference", "ref", "referenz", "referencia", "referenceno"))
"""Names of columns that hold an order number or a text where an invoice number stands beside."""
_GIVEN_OR_WHOLE = frozenset(("nombre", "nome"))
"""Names of columns that hold a given name or the whole one."""
_NUMBERS = frozenset(("consumer_reference", "account_reference"))
_NUMBERED = frozenset(("invoice_number", "claim", "load_number", "instalment"))
"""Fields that number the debts of one account."""
_LEDGERS = frozenset(("account", "konto", "compte", "cuenta", "acct"))
"""Names of columns that hold a customer's number or an account of the books."""
_FEW_ROWS = 25
_ACCOUNTS = frozenset(
    "acct acctno acctnumber acctnum accountno accountnumber customeraccount custacct".split()
)
"""Names of columns that hold the number of a customer's account, or of the one debt on it."""
_VAGUE = fields.WEAK.keys() - fields.STRONG.keys()
"""Names that mean a field only where the values agree."""
_PRIOR = {
    "amountremaining": 0.009, "remainingamount": 0.009, "openbalance": 0.009,
    "outstanding": 0.008, "outstandingamount": 0.008, "balance": 0.007, "balancedue": 0.007,
    "amountresidualsigned": 0.006, "customername": 0.009, "fullname": 0.005, "name1": 0.005,
    "accountname": -0.05, "accountholder": -0.05, "outstanding1": -0.05, "cardname": -0.05,
    "localcurrency": -0.02, "lcurr": -0.02, "hauswahrung": -0.02, "hwahr": -0.02,
    "basecurrency": -0.02, "homecurrency": -0.02, "companycurrency": -0.02,
    "accountcurrency": -0.02, "functionalcurrency": -0.02,
    "billto": -0.004, "amountpaid": 0.004, "linetotal": 0.004, "patestbal": 0.009,
    "leaseto": -0.01, "leaseend": -0.005, "leaseenddate": -0.005,
}  # fmt: skip
"""Which of two names for one field says it more exactly."""
_SITES = frozenset(("location", "address", "site", "ubicacion"))
"""Names of columns that hold a street or a branch."""
_ENTERED = frozenset(
    fields.key_of(name)
    for name in """created|created at|created on|created time|created date|entry date|post date
    |posted date|posting date|buchungsdatum|fecha contabilizacion|erstellt am|opened|order date
    |ordered|date ordered|statement date""".split("|")
)
"""Days on which something was entered into the books: no bill's own, where that stands beside."""


@dataclass(frozen=True, slots=True)
class Option:
    """One meaning that a column may have (`field`, 0 to 1), and what stands around it: its
    folded header, its cells, the best meanings by name of all columns, those of the others, and
    which of these are sure."""

    field: str
    score: float
    key: str
    content: Content
    named: frozenset[str]
    beside: frozenset[str]
    sure: frozenset[str] = frozenset()

    def share(self, kind: str) -> float:
        """The share of the column's cells that are of a kind; 0 where it holds none."""
        return self.content.share(kind)


@dataclass(frozen=True, slots=True)
class NeighbourRule:
    """Where `when` holds, the option becomes `then`; `why` is told with it."""

    when: Callable[[Option], bool]
    then: Callable[[Option], Option]
    why: str


def _scored(score: Callable[[Option], float]) -> Callable[[Option], Option]:
    return lambda option: replace(option, score=score(option))


def _less(by: float) -> Callable[[Option], Option]:
    return lambda option: replace(option, score=option.score - by)


def _meant(field: str) -> Callable[[Option], Option]:
    return lambda option: replace(option, field=field)


def _says_standings(option: Option) -> bool:
    """Whether the cells say how debts stand, and are no places."""
    standings = option.share("status")
    return standings >= 0.8 or standings >= 0.5 > option.share("state")


def _holds_codes(option: Option) -> bool:
    """Whether the cells are codes, but for those that were only filled; where another column names
    who owes, half are enough, for a short list may have lines below it."""
    codes = option.share("code")
    enough = 0.5 if option.beside & _WHO else 0.8
    return codes >= enough or (codes >= 0.3 and codes + option.share("nobody") >= 0.8)


def _number_of_whom(option: Option) -> Option:
    numbers = option.key == "name" and option.beside & _WHO and "invoice_number" not in option.named
    return replace(option, field="invoice_number" if numbers else "consumer_reference", score=0.9)


def _agrees_with_a_first_name(option: Option) -> bool:
    family = "first_name" in option.named and "last_name" not in option.beside
    return family == (option.field == "last_name")


def _numbers_the_invoices(option: Option) -> bool:
    return (
        option.field == "account_reference"
        and option.key in ("id", "transactionid", "documentid")
        and "invoice_number" not in option.named
        and {"issue_date", "due_date"} <= option.named
        and option.share("opaque") < 0.5
    )


def _names_accounts(option: Option) -> bool:
    """Whether an account's column holds names of customers: many, and none that is sure beside."""
    names = option.share("name") + option.share("numbered_name")
    named = names >= 0.9 and option.share("code") < 0.2
    others = {"first_name", "last_name", "company", "consumer_name"} & option.sure
    # In few rows each customer may stand often; an account of the books would be nearly all.
    least = 0.2 if option.content.filled < _FEW_ROWS else 0.3
    return named and option.content.distinct > least and not others


def _is_beside_the_firm(option: Option) -> bool:
    """Whether a contact's name stands beside the name of who owes: of a firm, as a rule."""
    whole = "last_name" in option.beside and "first_name" not in option.named
    return (
        option.field == "consumer_name"
        and option.key in fields.CONTACT_PERSONS
        and (whole or "consumer_name" in option.beside)
    )


_RULES = (
    NeighbourRule(
        lambda o: (
            o.field == "attorney"
            and o.content.filled > 3
            and o.content.distinct < 0.5
            and not o.content.is_flag
        ),
        _scored(lambda _: 0.4),
        "few names over many rows are the firm's own",
    ),
    NeighbourRule(
        lambda o: o.field == "consumer_name" and o.key in _CODED and _holds_codes(o),
        _number_of_whom,
        "its values are codes",
    ),
    NeighbourRule(
        _is_beside_the_firm,
        _less(0.45),
        "another column names who owes",
    ),
    NeighbourRule(
        lambda o: o.field in ("last_name", "consumer_name") and o.key in ("name", "nom"),
        _scored(lambda o: o.score + (0.1 if _agrees_with_a_first_name(o) else -0.1)),
        "beside a first name it is the last name, else the whole",
    ),
    NeighbourRule(
        lambda o: (
            o.field == "status"
            and ((o.key in _VAGUE and o.share("status") < 0.5) or o.share("state") >= 0.8)
            and o.key not in ("state", "estado", "etat")
        ),
        _scored(lambda _: 0.4),
        "its values say nothing of a debt",
    ),
    NeighbourRule(
        lambda o: o.field in ("state", "status") and o.key in ("state", "estado", "etat"),
        _scored(lambda o: 0.97 if (o.field == "status") == _says_standings(o) else 0.4),
        "the word names a place or a standing, and its values tell which",
    ),
    NeighbourRule(
        lambda o: o.field == "status" and "unit" in o.named and o.share("tenancy") >= 0.8,
        _meant("lease_status"),
        "its values are those of a lease",
    ),
    NeighbourRule(
        lambda o: o.field == "status" and o.key == "claimstatus" and "payer" in o.named,
        _meant("insurance_status"),
        "an insurer has the claim",
    ),
    NeighbourRule(
        _numbers_the_invoices,
        _meant("invoice_number"),
        "no other column numbers the invoices",
    ),
    NeighbourRule(
        lambda o: o.field == "consumer_name" and o.share("opaque") > 0.5,
        _scored(lambda o: o.score - (0.05 if o.key in ("name", "contactname") else 0.0)),
        "its values are made by a machine",
    ),
    NeighbourRule(
        lambda o: o.field == "first_name" and o.key in _GIVEN_OR_WHOLE,
        _scored(lambda o: o.score + (0.4 if "last_name" in o.named else -0.2)),
        "beside a last name it is the first name, else the whole",
    ),
    NeighbourRule(
        lambda o: (
            o.field == "consumer_name" and o.key in _GIVEN_OR_WHOLE and "last_name" in o.named
        ),
        _less(0.4),
        "the last name has a column of its own",
    ),
    NeighbourRule(
        lambda o: (
            o.field == "account_reference" and o.content.filled > 3 and o.content.distinct < 0.5
        ),
        _less(0.2),
        "its values repeat",
    ),
    NeighbourRule(
        lambda o: (
            o.field == "account_reference" and o.key in _FREE_TEXT and "invoice_number" in o.sure
        ),
        _less(0.3),
        "the invoice number has a column of its own",
    ),
    NeighbourRule(
        lambda o: (
            o.field == "consumer_reference"
            and o.key in _LEDGERS
            and o.content.filled > 1
            and o.content.distinct >= _NEARLY_ALL
            and o.share("code") >= 0.9
            and not _NUMBERED & o.named
        ),
        lambda o: replace(o, field="account_reference", score=o.score + 0.01),
        "hardly any stands twice, and nothing else numbers the debts",
    ),
    NeighbourRule(
        lambda o: (
            o.field == "account_reference"
            and o.key in _ACCOUNTS
            and "invoice_number" in o.sure
            and "consumer_reference" not in o.beside
        ),
        _meant("consumer_reference"),
        "it numbers the customer's account: the invoice has a number of its own, the customer none",
    ),
    NeighbourRule(
        lambda o: o.field in _NUMBERS and o.key in _LEDGERS and _names_accounts(o),
        lambda o: replace(o, field="consumer_name", score=0.996),
        "its values are names",
    ),
    NeighbourRule(
        lambda o: (
            o.field == "account_reference"
            and "account_reference" in o.beside
            and o.content.filled > 2
            and o.content.distinct < 1
        ),
        _meant("consumer_reference"),
        "its values repeat, and a column beside it numbers the debts",
    ),
    NeighbourRule(
        lambda o: (
            o.field == "zip"
            and o.score < 0.6
            and not {"state", "city", "street"} & o.named
            and "account_reference" not in o.named
            and o.content.distinct > 0.9
        ),
        lambda o: replace(o, field="account_reference", score=0.56),
        "its values are distinct, and no column names a place",
    ),
    NeighbourRule(
        lambda o: o.field in _NUMBERS and o.key in _LEDGERS and o.share("code") < 0.5,
        _less(0.4),
        "its values are names of accounts in the books",
    ),
    NeighbourRule(
        lambda o: o.key in ("payer", "payername") and o.field in ("payer", "consumer_name"),
        _scored(
            lambda o: (
                0.9
                if (o.field == "payer") == bool(o.beside & _PERSON or "claim" in o.named)
                else 0.4
            )
        ),
        "an insurer pays where the person has another column or there is a claim",
    ),
    NeighbourRule(
        lambda o: o.field == "last_payment_amount" and o.key in ("paymentamount", "pmtamount"),
        _scored(lambda o: o.score if "last_payment_date" in o.named else 0.3),
        "no column says when the last payment was",
    ),
    NeighbourRule(
        lambda o: o.field == "consent_email" and o.share("sending") == 1.0,
        _scored(lambda _: 0.4),
        "its values say what became of the invoice, not whether one may write",
    ),
    NeighbourRule(
        lambda o: o.field == "issue_date" and o.key in _ENTERED and "issue_date" in o.beside,
        _scored(lambda o: min(o.score, 0.55)),
        "another column has the day of the bill",
    ),
    NeighbourRule(
        lambda o: o.field == "terms" and o.share("date") >= 0.8,
        _meant("due_date"),
        "its values are days",
    ),
    NeighbourRule(
        lambda o: o.field == "street" and o.key in _SITES and o.share("name") >= 0.8,
        _less(0.4),
        "its values are names of places, without a number",
    ),
    NeighbourRule(
        lambda o: o.field == "document_type" and o.share("money") > 0.5,
        _less(0.4),
        "its values are money",
    ),
)


def adjust(
    headers: Sequence[str],
    contents: Sequence[Content],
    ranked: list[list[tuple[float, str, str]]],
    named: set[str],
) -> None:
    """Move each column's options (score, field, why) by what the others mean, best first again.
    `named` holds the best meanings by name alone."""
    keys = [fields.key_of(header) for header in headers]
    for index, options in enumerate(ranked):
        key = keys[index]
        beside = frozenset(o[0][1] for i, o in enumerate(ranked) if o and i != index)
        sure = frozenset(
            o[0][1]
            for i, o in enumerate(ranked)
            if o and i != index and o[0][0] >= _SURE and keys[i] not in fields.CONTACT_PERSONS
        )
        for at, (score, field, why) in enumerate(options):
            if why == SET_BY_HAND:
                continue
            before = Option(field, score, key, contents[index], frozenset(named), beside, sure)
            rule = next((r for r in _RULES if r.when(before)), None)
            after = rule.then(before) if rule else before
            reason = f"{why}; {rule.why}" if rule and after != before else why
            final = round(min(1.0, after.score + _PRIOR.get(key, 0.0)), 3)
            options[at] = (final, after.field, reason)
        options.sort(reverse=True)
