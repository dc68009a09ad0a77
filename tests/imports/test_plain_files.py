"""What a person finds plain is read without a question; what holds no debts says so and asks
nothing. Programs' own exports, in the shape that they write them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.imports.reading import read
from tests.imports.test_owed_column import asked, owed


def fields_of(document: dict[str, Any]) -> dict[str, str]:
    """The field of each column."""
    return {column: meant["field"] for column, meant in document["mapping"].items()}


def outcomes_of(document: dict[str, Any]) -> dict[str, int]:
    """How many rows ended with each code."""
    return dict(Counter(row["code"] for row in document["rows"]))


TENANTS = (
    "Mieter;E-Mail Mieter;Rechnungsnr.;Fällig am;{}\n"
    "Uwe Pfeifer;uwe@example.com;43;04.05.2026;1.791,33 €\n"
    "Dora Krug;dora@example.com;45;24.05.2026;525,80 €\n"
)


@pytest.mark.parametrize(
    "heading",
    ["Rückstand", "Mietrückstand", "Noch offener Mietrückstand", "Rückstand gesamt", "Außenstand"],
)
def test_the_marks_of_the_column_that_is_owed_tell_the_currency(heading: str) -> None:
    """Also where the rows, and no name, told that it is the one."""
    got = read(TENANTS.format(heading))
    assert asked(got) == {}
    assert owed(got) == [(179133, "EUR"), (52580, "EUR")]


@pytest.mark.parametrize(
    ("head", "ada", "balances"),
    [
        ("Valor em dívida", ("3.043,94 €", "292,51 €"), [(304394, "EUR"), (29251, "EUR")]),
        ("Montante em dívida", ("R$ 3.043,94", "R$ 292,51"), [(304394, "BRL"), (29251, "BRL")]),
        ("Saldo devedor atual", ("3043,94 €", "292,51 €"), [(304394, "EUR"), (29251, "EUR")]),
    ],
)
def test_debts_in_portuguese(
    head: str, ada: tuple[str, str], balances: list[tuple[int, str]]
) -> None:
    got = read(
        f"Encarregado de educação;E-mail do encarregado;Fatura;Data de vencimento;{head}\n"
        f"Rita Falcao;rita@example.com;53;18/02/2026;{ada[0]}\n"
        f"Bruno Lima;bruno@example.com;54;28/09/2026;{ada[1]}\n"
    )
    assert asked(got) == {}
    assert owed(got) == balances
    assert fields_of(got)["E-mail do encarregado"] == "email"


@pytest.mark.parametrize(
    "trust",
    ["Trust Balance", "Client Trust Balance", "IOLTA Balance", "Retainer Balance", "Trust Amount"],
)
def test_money_that_a_lawyer_keeps_for_a_client_is_not_owed(trust: str) -> None:
    got = read(
        f"Client,Client Email,Invoice,Due Date,{trust},Outstanding\n"
        'Xena Walsh,xena@example.com,51,06/23/2026,605.22,"1,412.22"\n'
        "Hal Lowell,hal@example.com,60,02/16/2026,303.21,707.55\n"
    )
    assert asked(got) == {}
    assert owed(got) == [(141222, "USD"), (70755, "USD")]


@pytest.mark.parametrize(
    ("net", "tax", "gross"),
    [
        ("Base imponible", "IVA", "Total con IVA"), ("Neto", "Cuota IVA", "Importe con IVA"),
        ("Valor líquido", "IVA", "Total com IVA"), ("Amount excl. VAT", "VAT", "Amount incl. VAT"),
        ("Pre-Tax Amount", "Sales Tax", "Invoice Value incl. Tax"), ("Líquido", "IVA", "Bruto"),
        ("Base tributável", "Imposto", "Valor bruto da fatura"),
    ],
)  # fmt: skip
def test_of_net_and_tax_the_sum_is_owed(net: str, tax: str, gross: str) -> None:
    got = read(
        f"Factura;Cliente;Email;Vencimiento;{net};{tax};{gross}\n"
        "28;Ana Soler;ana@example.com;13/02/2026;200,00 €;38,00 €;238,00 €\n"
        "29;Eva Prieto;eva@example.com;25/02/2026;1.000,00 €;190,00 €;1.190,00 €\n"
    )
    assert asked(got) == {}
    assert owed(got) == [(23800, "EUR"), (119000, "EUR")]


@pytest.mark.parametrize(
    ("billed", "paid"),
    [
        ("Invoiced", "Amount Paid"), ("Importe facturado", "Cobrado"), ("Total Invoiced", "Paid"),
        ("Total da fatura", "Valor pago"), ("Valor faturado", "Recebido"),
        ("Total de la factura", "Pagos recibidos"), ("Invoice Value", "Total Receipts"),
        ("Importe del documento", "Ya pagado"), ("Billed Sum", "Payments So Far"),
    ],
)  # fmt: skip
def test_of_a_bill_what_was_paid_is_taken_off(billed: str, paid: str) -> None:
    """Also where both are known by a word of their names alone."""
    got = read(
        f"Invoice,Customer,Email,Due Date,{billed},{paid}\n"
        "71,Wade Barker,wade@example.com,2026-02-21,$2344.46,$257.19\n"
        "72,Fay Keller,fay@example.com,2026-07-28,$3758.00,$0.00\n"
    )
    assert [i for i in asked(got) if i != "currency"] == []
    assert owed(got) == [(208727, "USD"), (375800, "USD")]


def test_a_heading_with_a_currency_says_which_dollars() -> None:
    got = read(
        "Invoice,Customer,Email,Due Date,Balance (CAD)\n"
        "71,Wade Barker,wade@example.com,2026-02-21,$2344.46\n"
        "72,Fay Keller,fay@example.com,2026-07-28,$3758.00\n"
    )
    assert asked(got) == {}
    assert owed(got) == [(234446, "CAD"), (375800, "CAD")]


@pytest.mark.parametrize(
    ("title", "currency"),
    [
        ("Open items (amounts in GBP)", "GBP"), ("Währung: CHF", "CHF"), ("Moneda;EUR", "EUR"),
        ("Acme ALL clients", "USD"), ("Report 20260306000", "USD"), ("Limit 5,000", "USD"),
    ],
)  # fmt: skip
def test_a_line_above_the_table_says_the_currency(title: str, currency: str) -> None:
    """And a long number in it says nothing of thousands."""
    got = read(
        f"{title}\nInvoice;Customer;Email;Due Date;Balance\n"
        "71;Wade Barker;wade@example.com;2026-02-21;2344.46\n"
        "72;Fay Keller;fay@example.com;2026-07-28;3758.00\n"
    )
    assert asked(got) == {}
    assert owed(got) == [(234446, currency), (375800, currency)]


def test_what_became_of_an_invoice_is_no_permission() -> None:
    """QuickBooks' `email_status` says whether the invoice was sent; another's says what is
    allowed."""
    text = (
        "id,customer,billing_email,email_status,due_date,balance\n"
        "31,Ada Abbott,ada@example.com,{},2026-02-21,100.00\n"
        "32,Ben Barker,ben@example.com,{},2026-03-21,90.00\n"
    )
    assert fields_of(read(text.format("EmailSent", "NotSet")))["email_status"] == "ignore"
    heard = fields_of(read(text.format("Subscribed", "Unsubscribed")))
    assert heard["email_status"] == "consent_email"


RECORDS = (
    "id,accountnumber,altemail,altname,companyname,dateclosed,email,emailpreference,entityid,"
    "firstname,isperson,lastname,parent,phone,salesrep,terms\n"
    "409,,,Jo Sample,,2026-05-27 0:00:00,jo@example.com,DEFAULT,CCS,Jo,T,Lee,{},,1008,2\n"
    "408,,,Fay Name,,2026-05-10 0:00:00,fay@example.com,DEFAULT,CCS,Fay,T,Moss,{},2175550133,,2\n"
)


@pytest.mark.parametrize("parents", [("", ""), ("391", "391")])
def test_customers_of_netsuite_are_contacts(parents: tuple[str, str]) -> None:
    """A parent there is the record above, and the address is the customer's."""
    got = read(RECORDS.format(*parents))
    assert (got["kind"], got["state"], asked(got)) == ("contacts", "done", {})
    meant = fields_of(got)
    assert (meant["email"], meant["altemail"]) == ("email", "email")
    assert (meant["firstname"], meant["lastname"]) == ("first_name", "last_name")
    assert (meant["emailpreference"], meant["dateclosed"]) == ("ignore", "ignore")
    assert outcomes_of(got) == {"contact": 2}


@pytest.mark.parametrize(
    "text",
    [
        (
            "activity_date,campaign_id,device,id,is_mobile_device,lead_id,platform,user_agent\n"
            "2026-05-09 19:46:36.000,2314,unknown,77,FALSE,130,unknown,Mozilla/5.0 (Macintosh)\n"
            "2026-05-08 20:26:35.000,2681,iPhone,68,TRUE,47,iOS,Mozilla/5.0 (iPhone)\n"
        ),
        (
            "#;Account;Date;Value Date;Amount;Currency;Name;Reason;Posting Key;Posting Text\n"
            '1;DE812543;2/20/19;2/20/19;100,00;EUR;"Jo Doe";"Refund";"052";"Gutschrift aus"\n'
            '2;DE812543;2/8/19;2/8/19;-63,89;EUR;"Gas";"Purchase";"005";"Lastschrifteinzug"\n'
        ),
        "ID,X1,X2,X3,Y\n1,20000,2,-1,1\n2,120000,2,0,1\n3,90000,1,2,0\n",
    ],
)
def test_what_holds_no_debts_says_so_and_asks_nothing(text: str) -> None:
    got = read(text)
    assert (got["kind"], got["state"], asked(got)) == ("other", "done", {})
    assert outcomes_of(got) == {"not_a_debt": text.count("\n") - 1}


def test_a_journal_of_datev_names_its_currency_in_its_first_line() -> None:
    got = read(
        '"EXTF";700;21;"Buchungsstapel";9;20260306102500000;;"XY";"Office";"";1001;456;20260101;4;'
        '20260201;20260228;"Buchungen";"";1;;0;"EUR";""\n'
        "Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;WKZ Umsatz;Konto;Gegenkonto (ohne"
        " BU-Schlüssel);Belegdatum;Belegfeld 1;Buchungstext\n"
        '24,95;"H";"";1200;4940;2102;"";"Fachbuch"\n'
        '5950,00;"S";"";10000;8400;2202;"RE2026-135";"Seminar"\n'
    )
    assert (got["state"], asked(got)) == ("done", {})
    assert owed(got) == [(595000, "EUR")]


def test_delimiters_behind_all_rows_are_no_cells() -> None:
    """Days and a figure beside each other are then no figure that was cut in two."""
    head = "Customer,Email,Invoice,Due Date,Days past due,Amount,Amount due,,,,\n"
    row = "{},{}@example.com,{},{}/2026,{},{},{},,,,\n"
    got = read(
        head
        + row.format("Ada Abbott", "ada", 61, "04/14", 220, "4120.68", "3805.00")
        + row.format("Ben Barker", "ben", 69, "06/27", 146, "324.86", "324.86")
        + row.format("Cora Cole", "cora", 72, "09/09", 72, "327.00", "327.00")
    )
    assert owed(got) == [(380500, "USD"), (32486, "USD"), (32700, "USD")]


def test_a_figure_cut_in_two_behind_delimiters_goes_back_to_a_person() -> None:
    got = read(
        "Customer,Email,Invoice,Due Date,Days past due,Amount due,,\n"
        "Ada Abbott,ada@example.com,61,04/14/2026,220,805.00,,\n"
        "Ben Barker,ben@example.com,69,06/27/2026,146,324.86,,\n"
        "Cora Cole,cora@example.com,72,09/09/2026,72,1,327.00,,\n"
    )
    assert owed(got) == [(80500, "USD"), (32486, "USD")]
    assert [row.get("code") for row in got["rows"]][2] == "ragged_row"


@pytest.mark.parametrize("above", ["Customer,,Invoice,,", "Who,,What,,", "As of May 2026"])
def test_a_line_of_few_headings_above_the_headings(above: str) -> None:
    got = read(
        f"{above}\nCustomer,Email,Invoice,Due Date,Balance\n"
        'Nora Dane,nora@example.com,46,08/21/2026,"3,000.63"\n'
    )
    assert owed(got) == [(300063, "USD")]


def test_a_short_report_below_many_lines_of_titles() -> None:
    got = read(
        '"As of November 20, 2026"\nOpen Invoices\nAll customers\nCompany:,Wren Services,,USD\n\n'
        "Tenant,Email,Phone,Past Due Since,Balance\n"
        'Iris Hadley,iris@example.com,(212) 555-0188,06/13/2026,"1,970.91"\n'
    )
    assert owed(got) == [(197091, "USD")]
    assert got["rows"][0]["account"]["due_on"] == "2026-06-13"


def test_where_goods_go_is_not_where_who_answers_is_written_to() -> None:
    got = read(
        "Guarantor,Patient,Ship To Email,Guarantor Email,Due Date,Balance\n"
        "Kate Rowe,Tim Rowe,xena@example.com,kate@example.com,05/11/2026,539.21\n"
        "Cora Dale,Pip Dale,xena@example.com,cora@example.com,02/14/2026,239.35\n"
    )
    assert [row["account"]["consumer"]["emails"] for row in got["rows"]] == [
        ["kate@example.com"], ["cora@example.com"],
    ]  # fmt: skip
    assert owed(got) == [(53921, "USD"), (23935, "USD")]


def test_a_number_counted_out_is_nobodys_in_any_country() -> None:
    got = read(
        "Name,Email,Tel,Ref,Due Date,Balance,Currency\n"
        "Quinn Hale,quinn@example.com,123-456-7890,30,23/09/2026,734.60,GBP\n"
        "Iris Zane,iris@example.com,123-456-7890,32,26/02/2026,851.12,GBP\n"
        "Dan Cole,dan@example.com,020 7946 0132,33,24/02/2026,402.51,GBP\n"
    )
    accounts = [row["account"] for row in got["rows"]]
    assert [a["held"] for a in accounts] == [None, None, None]
    assert [len(a["consumer"]["phones"]) for a in accounts] == [0, 0, 1]


@pytest.mark.parametrize("first", ["First Name", "Given Name"])
def test_a_family_name_beside_a_first_name_is_a_last_name(first: str) -> None:
    got = read(
        f"{first},Family Name,Customer Email,Invoice,Due Date,Balance\n"
        "Yara,Parker,yara@example.com,11,2026-04-11,629.61\n"
    )
    assert [row["account"]["consumer"]["name"] for row in got["rows"]] == ["Yara Parker"]


@pytest.mark.parametrize(
    "number",
    ["(415) 555-0192 (cell)", "Cell: 415-555-0192", "415.555.0192 mobile", "(415) 555-0192 H"],
)
def test_a_number_with_the_word_for_its_line_is_a_number(number: str) -> None:
    got = read(
        "Owner,Owner Email,Owner Phone,Invoice,Due Date,Balance\n"
        f"Amber Zeller,amber@example.com,{number},11,2026-04-22,226.35\n"
    )
    assert [row["account"]["consumer"]["phones"] for row in got["rows"]] == [["+14155550192"]]
