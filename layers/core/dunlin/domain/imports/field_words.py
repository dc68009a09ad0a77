"""What fields and answers are called in front of a person."""

from __future__ import annotations

from dunlin.domain.imports import fields

FIELD_WORDS = {
    "account_reference": "account number",
    "amount": "amount of the bill",
    "as_of": "day of the figures",
    "balance": "what is owed now",
    "bucket": "what is owed, by age",
    "city": "city",
    "claim": "claim number",
    "claim_amount": "amount claimed",
    "company": "name of the firm",
    "consent_all": "may be written to",
    "consent_date": "day of permission",
    "consent_email": "may be e-mailed",
    "consent_sms": "may be texted",
    "consent_source": "where the permission comes from",
    "consumer_name": "who owes",
    "consumer_reference": "customer number",
    "contra_account": "other account of the posting",
    "country": "country",
    "credit": "credited",
    "credited": "credited",
    "currency": "currency",
    "date_of_birth": "date of birth",
    "date_of_service": "day of service",
    "days_overdue": "days overdue",
    "debit": "charged",
    "deleted": "deleted",
    "description": "what it is for",
    "disputed": "disputed",
    "docstatus": "state of the document",
    "document_type": "kind of document",
    "draft_flag": "draft",
    "due_date": "due date",
    "email": "e-mail address",
    "first_name": "first name",
    "for": "whom the debt is about",
    "for_date_of_birth": "date of birth of whom the debt is about",
    "for_email": "e-mail address of whom the debt is about, who does not owe",
    "for_first_name": "first name of whom the debt is about",
    "for_last_name": "last name of whom the debt is about",
    "for_phone": "phone number of whom the debt is about, who does not owe",
    "for_reference": "number of whom the debt is about",
    "insurance_pending": "still with the insurer",
    "insurance_status": "what the insurer said",
    "invoice_number": "invoice number",
    "issue_date": "date of the bill",
    "job": "job or project",
    "language": "language",
    "last_name": "last name",
    "last_payment_amount": "last payment",
    "last_payment_date": "day of the last payment",
    "lease_status": "state of the lease",
    "line_amount": "amount of one line",
    "load_number": "load number",
    "middle_name": "middle name",
    "move_in": "moved in",
    "move_out": "moved out",
    "name_suffix": "Jr., Sr. and the like",
    "notes": "notes",
    "opt_out_all": "must not be written to",
    "opt_out_email": "must not be e-mailed",
    "opt_out_sms": "must not be texted",
    "paid": "paid so far",
    "paid_date": "day of payment",
    "paid_flag": "paid or not",
    "payer": "insurer",
    "payment_date": "day of payment",
    "payment_method": "way of payment",
    "phone": "phone number",
    "property": "property",
    "quantity": "quantity",
    "second_last_name": "second last name",
    "side": "debit or credit",
    "state": "state",
    "status": "status",
    "street": "street",
    "street2": "second line of the address",
    "time_zone": "time zone",
    "unit": "unit",
    "vendor": "supplier",
    "zip": "ZIP or postal code",
}
"""A field that is not here is called by its name with spaces."""

ANSWER_WORDS = {
    "mdy": "month first",
    "dmy": "day first",
    "ymd": "year first",
    fields.IGNORE: "not used",
    "same": "one person",
    "different": "two people",
    "rows": "the rows are right",
    "stop": "import nothing",
    "first": "only the first table",
    "above": "only the rows above it",
    "sums": "subtotals, not to be counted twice",
    "debts": "debts of their own",
    "total": "a total",
    "customer": "a customer",
    "customers": "the headings say who owes",
    "places": "the rows say who owes",
    "without": "read the debts without it",
    "as_it_stands": "what is owed, as it stands",
    "turn_back": "turn them back",
    "as_before": "as before",
    "less_paid": "less what was paid",
    "taken_off": "less the credits",
    "added": "with the tax added",
    "hold": "hold those debts",
    "each_row": "each row in its own currency",
    "whole": "in whole units, as written",
    "as_written": "as written",
    "owed_below_zero": "owed, though below zero",
    "credits": "credits of the people",
    "anew": "from the start",
    "import": "import it here",
    "leave": "import nothing",
}


def field_words(field: str) -> str:
    """A field as a person says it."""
    return FIELD_WORDS.get(field, field.replace("_", " "))


def answer_words(kind: str, choice: str) -> str:
    """An answer as a person says it; column names, codes and figures stay as they are."""
    if choice in ANSWER_WORDS:
        return ANSWER_WORDS[choice]
    if kind == "mapping" and choice in fields.FIELDS:
        return field_words(choice)
    words = choice.replace("_", " ")
    return words if choice.islower() else choice
