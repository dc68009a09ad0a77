"""The fields a column can mean, and how a header is compared with the names vendors give them.

A header is compared by its folded form: lower case, no accents, no marks (`Invoice #` and
`invoice_no` are both `invoiceno`). Strong names mean one field; weak ones need
the content to agree.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from dunlin.domain.imports.dates import fold
from dunlin.domain.imports.header_names import bars, days, facts, marks, money, people, standings
from dunlin.domain.imports.header_names.figures import UNIT_JOINTS, UNITS
from dunlin.domain.money import CURRENCIES

IGNORE = "ignore"

_BUCKET_SHAPE = re.compile(
    r"^\W*(?:>|<|over|mas de|über|plus de|bal)?\s*"
    r"(?:\d{1,3}\s*(?:-{1,2}>?|–|to|a|bis|_)\s*(?:\d{1,3}|$)|"
    r"(?:>|over|über|plus de|más de|mas de)\s*\d{1,3}|"
    r"\d{2,3}\s*(?:\+|plus|and over|or more|\&\s*over))"
    r"\s*(?:days?|d|tage|d[ií]as|jours|past due|overdue)?(?:\s*(?:past due|owed|due|open))?\W*$|"
    r"^current$|^not due$|^nicht fällig$|^older$|^at date$|^plus ancien$|^à la date$|^anterior$|"
    r"^a la fecha$|^älter$|^mais antigos?$|^corriente$|^no vencido$|^non échu$|^à échoir$|"
    r"^a vencer$|^[<>]?\s*\d{1,2}\+?\s*(?:months?|monate?|mois|mes(?:es)?)\s*\+?$",
    re.IGNORECASE,
)
_PAREN = re.compile(r"[(\[][^)\]]*[)\]]")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NUMBER_SIGN = re.compile(r"#|n[º°]|№|\bn\.º|\bno\.", re.IGNORECASE)
_WORDS = re.compile(r"[a-z0-9]+")
_JOINTS = frozenset("the of de del la el los las da do das dos du des le les l d der des".split())


def words_of(header: str) -> list[str]:
    """Folded words of a header: `InvoiceNumber`, `invoice_number`, `Invoice #` alike."""
    text = header.replace("ß", "ss").replace("Fivetran", "fivetran")
    text = _NUMBER_SIGN.sub(" no ", text)
    return _WORDS.findall(fold(_CAMEL.sub(" ", text)))


def key_of(header: str) -> str:
    """The folded header without spaces, as the tables hold it."""
    return "".join(words_of(header))


def bare_key(header: str) -> str:
    """The same without what stands in brackets."""
    return key_of(_PAREN.sub(" ", header))


def unitless_key(header: str) -> str:
    """The same without the words that say in what its figures are given: cents, EUR, thousands."""
    words = words_of(header)
    kept = [w for w in words if w not in UNITS and w.upper() not in CURRENCIES]
    if len(kept) == len(words):
        return ""
    return "".join(w for w in kept if w not in UNIT_JOINTS)


def jointless_key(header: str) -> str:
    """The same without the words that only join others: `N.º da fatura` is `N.º fatura`."""
    return "".join(w for w in words_of(header) if w not in _JOINTS)


def _names(
    source: dict[str, str], key_of_name: Callable[[str], str] = key_of
) -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = {}
    for field, names in source.items():
        for name in names.split("|"):
            key = key_of_name(name)
            if key and field not in table.setdefault(key, []):
                table[key].append(field)
    return {key: tuple(fields) for key, fields in table.items()}


FOR = frozenset(
    "for for_first_name for_last_name for_reference for_date_of_birth for_email for_phone".split()
)
"""Fields of whom a debt is about, where another answers for it: a patient, a child."""
_STRONG = (
    people.STRONG
    | money.STRONG
    | days.STRONG
    | marks.STRONG
    | standings.STRONG
    | bars.STRONG
    | facts.STRONG
)
STRONG = _names(_STRONG)
JOINTLESS = _names(_STRONG, jointless_key)
WEAK = _names(people.WEAK | money.WEAK | days.WEAK | marks.WEAK | standings.WEAK)
FIELDS = frozenset(_STRONG) | FOR | {"bucket"}

CONTACT_PERSONS = frozenset(
    """
    contact contactname contactperson contactfullname primarycontact primarycontactname
    billingcontact billingcontactname attn attention attnname kontakt kontaktperson ansprechpartner
    contacto nombrecontacto nombredecontacto nombredelcontacto personadecontacto interlocuteur
    nomducontact nominterlocuteur personneacontacter contato nomedocontato pessoadecontato
    """.split()
)
"""Names of columns of the person at a firm."""

FIRM_OWNERS = frozenset(
    """
    owner ownername ownersname businessowner businessownername principal principalname proprietor
    proprietorname inhaber geschaftsfuhrer propietario dueno gerente proprietaire gerant
    proprietario
    """.split()
)
"""Names of columns of whom a firm belongs to, where the firm has a column of its own."""

ALIASES = {
    "reference": "account_reference", "account": "account_reference", "invoice": "invoice_number",
    "name": "consumer_name", "consumer": "consumer_name", "customer": "consumer_name",
    "customer_name": "consumer_name", "full_name": "consumer_name",
    "customer_id": "consumer_reference", "emails": "email", "e_mail": "email",
    "phones": "phone", "telephone": "phone", "mobile": "phone",
    "address": "street", "zip_code": "zip", "postal_code": "zip", "postcode": "zip",
    "amount_due": "balance", "balance_minor": "balance", "open_balance": "balance",
    "amount_paid": "paid", "total": "amount", "issued_on": "issue_date", "issued": "issue_date",
    "invoice_date": "issue_date", "due_on": "due_date", "due": "due_date", "paid_on": "paid_date",
    "last_payment": "last_payment_date", "note": "notes", "dispute": "disputed",
    "dob": "date_of_birth", "birth_date": "date_of_birth", "timezone": "time_zone",
    "type": "document_type", "move_out_date": "move_out", "service_date": "date_of_service",
    "claim_number": "claim", "load": "load_number", "insurance": "payer", "region": "state",
    "province": "state", "given_name": "first_name", "family_name": "last_name",
    "surname": "last_name", "company_name": "company", "consent": "consent_sms",
    "consumer_reference_number": "consumer_reference", "customer_reference": "consumer_reference",
    "account_number": "account_reference", "invoice_no": "invoice_number", "lang": "language",
    "line_total": "line_amount", "payment_status": "status",
}  # fmt: skip
"""Other names a person may write in the sidecar."""

MONEY = frozenset(
    [
        "balance",
        "amount",
        "paid",
        "credited",
        "debit",
        "credit",
        "line_amount",
        "last_payment_amount",
        "bucket",
        "insurance_pending",
        "claim_amount",
    ]
)
DATES = frozenset(
    [
        "issue_date",
        "due_date",
        "extended_due_date",
        "last_payment_date",
        "paid_date",
        "move_out",
        "move_in",
        "date_of_service",
        "date_of_birth",
        "for_date_of_birth",
        "consent_date",
        "payment_date",
        "as_of",
        "final_date",
        "validation_sent_at",
        "insurance_appeal_ended_at",
        "first_post_discharge_bill_at",
    ]
)
MANY = frozenset(
    """status email phone for_email for_phone notes bucket payment_method deleted street2
    void_mark write_off_mark settled_mark payment_mark opt_out_all opt_out_email opt_out_sms
    consent_all consent_email consent_sms deceased bankruptcy attorney legal_action fraud
    wrong_person vulnerable agency
    email_valid email_bad phone_valid phone_bad
    payment_plan on_hold minor paid_flag open_flag disputed""".split()
)
"""Fields that several columns may share; of any other field the best column wins."""


def canonical_field(word: str) -> str | None:
    """The field a person means in a sidecar, `ignore`, or None for an unknown word."""
    key = "_".join(words_of(word))
    if key in ("ignore", "skip", "none"):
        return IGNORE
    if key in FIELDS:
        return key
    return ALIASES.get(key)


def is_bucket(header: str) -> bool:
    """True for the name of an aging column: `0 - 30`, `31-60 days`, `> 90`, `90+`, `Current`."""
    return bool(_BUCKET_SHAPE.match(header.strip()))
