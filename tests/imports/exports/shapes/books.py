"""Exports of accounting systems."""

from __future__ import annotations

from tests.imports.exports.shape import Shape
from tests.imports.exports.shapes import ages

LONG_STOP = ("%m/%d/%Y",)
ISO = ("%Y-%m-%d",)

SHAPES = (
    Shape(
        name="quickbooks-online-open-invoices", layout="customer", total="TOTAL",
        preamble=("Wren Field Services", "Open Invoices", "As of November 20, 2026", ""),
        footer=("", "Friday, Nov 20, 2026 03:12:44 PM GMT-5"),
        columns=(
            ("", ""), ("Date", "issued"), ("Transaction Type", "=Invoice"), ("Num", "number"),
            ("Terms", "=Net 30"), ("Due Date", "due"), ("Open Balance", "owed"),
        ),
    ),
    Shape(
        name="quickbooks-online-invoice-list", signs=("none", "before"),
        columns=(
            ("Date", "issued"), ("Type", "=Invoice"), ("No.", "number"), ("Customer", "name"),
            ("Email", "email"), ("Due date", "due"), ("Amount", "billed"), ("Balance", "owed"),
            ("Status", "?"),
        ),
        standings={"open": ("Overdue", "Open", "Overdue 120 days"), "paid": ("Paid", "Deposited"),
                   "void": ("Voided",)},
    ),
    Shape(
        name="quickbooks-online-aging-detail", preamble=(
            "Wren Field Services", "A/R Aging Detail Report", "As of November 20, 2026", "",
        ),
        columns=(
            ("", ""), ("Date", "issued"), ("Transaction type", "=Invoice"), ("Num", "number"),
            ("Customer full name", "name"), ("Due date", "due"), ("Amount", "billed"),
            ("Open balance", "owed"),
        ),
        layout="bucket", finish=ages.in_sections,
        footer=("", "Accrual basis Friday, November 20, 2026 03:12 PM GMT-05:00"),
    ),
    Shape(
        name="quickbooks-desktop-open-invoices", layout="customer", subtotal="Total {}",
        total="TOTAL", columns=(
            ("", ""), ("Type", "=Invoice"), ("Date", "issued"), ("Num", "number"),
            ("P. O. #", "="), ("Terms", "=Net 30"), ("Due Date", "due"), ("Aging", ages.days),
            ("Open Balance", "owed"),
        ),
    ),
    Shape(
        name="xero-invoices", prefix="INV-", days=("%d/%m/%Y", "%d %b %Y"), currency="GBP",
        columns=(
            ("*ContactName", "name"), ("EmailAddress", "email"), ("POAddressLine1", "street"),
            ("POCity", "city"), ("POPostalCode", "zip"), ("*InvoiceNumber", "number"),
            ("Reference", "="), ("*InvoiceDate", "issued"), ("*DueDate", "due"),
            ("Total", "billed"), ("InvoiceAmountPaid", "paid"), ("InvoiceAmountDue", "owed"),
            ("Currency", "=GBP"), ("Type", "=Sales invoice"), ("Sent", "=Sent"), ("Status", "?"),
        ),
        standings={"open": ("Awaiting Payment",), "paid": ("Paid",), "void": ("Voided", "Deleted")},
    ),
    Shape(
        name="zoho-invoices", prefix="INV-", days=ISO, columns=(
            ("Invoice Date", "issued"), ("Invoice Number", "number"), ("Invoice Status", "?"),
            ("Customer Name", "name"), ("Due Date", "due"), ("PurchaseOrder", "="),
            ("Currency Code", "=USD"), ("Total", "billed"), ("Balance", "owed"),
            ("Primary Contact EmailID", "email"), ("Primary Contact Mobile", "phone"),
        ),
        standings={"open": ("Overdue", "Sent", "PartiallyPaid", "Viewed"), "paid": ("Closed",),
                   "void": ("Void", "Draft")},
    ),
    Shape(
        name="freshbooks-invoices", days=ISO, columns=(
            ("Client Name", "name"), ("Email", "email"), ("Invoice #", "number"),
            ("Date Issued", "issued"), ("Due Date", "due"), ("Invoice Status", "?"),
            ("Amount", "billed"), ("Amount Paid", "paid"), ("Outstanding", "owed"),
            ("Currency", "=USD"),
        ),
        standings={"open": ("overdue", "sent", "viewed", "partial"), "paid": ("paid", "autopaid"),
                   "void": ("draft",)},
    ),
    Shape(
        name="wave-invoices", days=ISO, signs=("none", "before"), columns=(
            ("Customer", "name"), ("Email", "email"), ("Invoice Number", "number"),
            ("Invoice Date", "issued"), ("Due Date", "due"), ("Total Amount", "billed"),
            ("Amount Due", "owed"), ("Status", "?"),
        ),
        standings={"open": ("Overdue", "Unpaid", "Partial"), "paid": ("Paid",), "void": ("Draft",)},
    ),
    Shape(
        name="sage50-aged-debtors", currency="GBP", days=("%d/%m/%Y",), columns=(
            ("A/C", "account"), ("Name", "name"), ("Contact Email", "email"), ("Tel", "phone"),
            ("No", ages.row_number), ("Type", "=SI"), ("Date", "issued"), ("Ref", "number"),
            ("Due Date", "due"), ("Details", "=Goods supplied"), ("Balance", "owed"),
            ("Currency", "=GBP"),
        ),
    ),
    Shape(
        name="sage-intacct", columns=(
            ("Customer ID", "account"), ("Customer name", "name"), ("Invoice number", "number"),
            ("Invoice date", "issued"), ("Due date", "due"), ("Days past due", ages.days),
            ("Amount", "billed"), ("Amount due", "owed"), ("Contact email", "email"),
        ),
    ),
    Shape(
        name="netsuite-aging-detail", layout="customer", subtotal="Total - {}", prefix="INV",
        total="Total", preamble=("Wren Industries", "A/R Aging Detail", "As of November 20, 2026"),
        columns=(
            ("Customer:Project", ""), ("Transaction Type", "=Invoice"), ("Date", "issued"),
            ("Document Number", "number"), ("P.O. No.", "="), ("Due Date", "due"),
            ("Age", ages.days), ("Open Balance", "owed"),
        ),
    ),
    Shape(
        name="netsuite-saved-search", prefix="INV", columns=(
            ("Internal ID", ages.row_number), ("Document Number", "number"), ("Name", "name"),
            ("Email", "email"), ("Date", "issued"), ("Due Date/Receive By", "due"),
            ("Amount", "billed"), ("Amount Remaining", "owed"), ("Status", "?"),
        ),
        standings={"open": ("Open", "Invoice : Open"), "paid": ("Paid In Full",),
                   "void": ("Voided",)},
    ),
    Shape(
        name="sap-fbl5n", prefix="18000", lang="de", currency="EUR", firms=0.8, delimiters=(";",),
        days=("%d.%m.%Y",), money=("1.234,56",), columns=(
            ("Debitor", "account"), ("Name 1", "name"), ("E-Mail-Adresse", "email"),
            ("Zuordnung", "="), ("Belegnummer", "number"), ("Belegart", "=RV"),
            ("Belegdatum", "issued"), ("Nettofälligkeit", "due"),
            ("Betrag in Hauswährung", "sole"), ("Hauswährung", "=EUR"),
            ("Ausgleichsbeleg", ages.cleared("1400017", "")), ("Ausgleichsdatum", ages.cleared_on),
        ),
        standings={"open": ("",), "paid": ("",)},
    ),
    Shape(
        name="sap-fbl5n-en", prefix="18000", currency="EUR", firms=0.8, delimiters=("\t", ";"),
        days=("%d.%m.%Y",), money=("1.234,56", "1,234.56"), columns=(
            ("Customer", "account"), ("Name 1", "name"), ("E-Mail", "email"),
            ("Assignment", "="), ("Document Number", "number"), ("Document Type", "=RV"),
            ("Document Date", "issued"), ("Net due date", "due"),
            ("Amount in local currency", "sole"), ("Local Currency", "=EUR"),
            ("Clearing Document", ages.cleared("1400017", "")), ("Clearing date", ages.cleared_on),
        ),
        standings={"open": ("",), "paid": ("",)},
    ),
    Shape(
        name="datev-opos", lang="de", currency="EUR", prefix="RE", firms=0.7, delimiters=(";",),
        days=("%d.%m.%Y",), money=("1.234,56", "1234,56"), encodings=("cp1252", "utf-8"), columns=(
            ("Konto", "account"), ("Kontobezeichnung", "name"), ("E-Mail", "email"),
            ("Rechnungs-Nr.", "number"), ("Rechnungsdatum", "issued"), ("Fälligkeit", "due"),
            ("Rechnungsbetrag", "billed"), ("Saldo", "owed"), ("S/H", "=S"), ("WKZ", "=EUR"),
        ),
    ),
    Shape(
        name="odoo-invoices", prefix="INV/2026/", days=ISO, columns=(
            ("Number", "number"), ("Invoice Partner Display Name", "name"),
            ("Partner/Email", "email"), ("Invoice/Bill Date", "issued"), ("Due Date", "due"),
            ("Total", "billed"), ("Amount Due", "owed"), ("Currency", "=USD"),
            ("Payment Status", "?"), ("Status", "=Posted"),
        ),
        standings={"open": ("Not Paid", "Partially Paid"), "paid": ("Paid",),
                   "void": ("Reversed",)},
    ),
    Shape(
        name="stripe-invoices", days=("%Y-%m-%d %H:%M", "%Y-%m-%d"), columns=(
            ("id", ages.ids("in_1Nx")), ("Number", "number"), ("Customer", ages.ids("cus_9s")),
            ("Customer Name", "name"), ("Customer Email", "email"), ("Date (UTC)", "issued"),
            ("Due Date (UTC)", "due"), ("Currency", "=usd"), ("Total", "billed"),
            ("Amount Paid", "paid"), ("Amount Remaining", "owed"), ("Status", "?"),
        ),
        standings={"open": ("open",), "paid": ("paid",), "void": ("void", "draft"),
                   "written_off": ("uncollectible",)},
        prefix="A1B2-",
    ),
)  # fmt: skip
