"""Exports of vendors and trades in Spanish, French, German and Portuguese."""

from __future__ import annotations

from tests.imports.exports.shape import Shape
from tests.imports.exports.shapes import ages
from tests.imports.exports.shapes.care import child
from tests.imports.exports.shapes.homes import unit

SHAPES = (
    Shape(
        name="holded-facturas", lang="es", currency="EUR", money=("1.234,56", "1234,56"),
        delimiters=(";", ","), days=("%d/%m/%Y",), prefix="F26", signs=("after",), columns=(
            ("Num", "number"), ("Contacto", "name"), ("Email", "email"), ("Fecha", "issued"),
            ("Vencimiento", "due"), ("Total", "billed"), ("Pendiente", "owed"), ("Estado", "?"),
        ),
        standings={"open": ("Pendiente", "Vencida"), "paid": ("Cobrada",), "void": ("Anulada",)},
    ),
    Shape(
        name="clinica-es", lang="es", currency="EUR", money=("1.234,56", "1234,56"), firms=0,
        delimiters=(";",), days=("%d/%m/%Y",), signs=("after",), columns=(
            ("Nº Historia", "account"), ("Responsable de pago", "name"), ("Paciente", child),
            ("Correo del responsable", "email"), ("Aseguradora", "=Mutua del Campo"),
            ("Factura", "number"), ("Fecha", "issued"), ("Vencimiento", "due"),
            ("Saldo pendiente", "sole"),
        ),
    ),
    Shape(
        name="alquileres-es", lang="es", currency="EUR", money=("1.234,56", "1234,56"), firms=0,
        delimiters=(";",), days=("%d/%m/%Y",), signs=("after",), columns=(
            ("Inmueble", unit), ("Inquilino", "name"), ("Correo inquilino", "email"),
            ("Propietario", "=Olmo Vidal"), ("Correo propietario", "=olmo@example.com"),
            ("Recibo", "number"), ("Fecha recibo", "issued"), ("Vencimiento", "due"),
            ("Importe pendiente", "sole"),
        ),
    ),
    Shape(
        name="pennylane-factures", lang="fr", currency="EUR", money=("1234,56", "1 234,56"),
        delimiters=(";",), days=("%d/%m/%Y", "%Y-%m-%d"), prefix="F-2026-", columns=(
            ("Numéro de facture", "number"), ("Client", "name"), ("E-mail client", "email"),
            ("Date d'émission", "issued"), ("Date d'échéance", "due"),
            ("Montant TTC", "billed"), ("Reste à payer", "owed"), ("Devise", "=EUR"),
            ("Statut", "?"),
        ),
        standings={"open": ("En retard", "À payer"), "paid": ("Payée",), "void": ("Annulée",)},
    ),
    Shape(
        name="loyers-fr", lang="fr", currency="EUR", money=("1234,56", "1 234,56"), firms=0,
        delimiters=(";",), days=("%d/%m/%Y",), signs=("after",), columns=(
            ("Lot", unit), ("Locataire", "name"), ("E-mail locataire", "email"),
            ("Bailleur", "=Odile Perrin"), ("E-mail bailleur", "=odile@example.com"),
            ("Quittance", "number"), ("Échéance", "due"), ("Solde dû", "sole"),
        ),
    ),
    Shape(
        name="ecole-fr", lang="fr", currency="EUR", money=("1234,56",), firms=0,
        delimiters=(";",), days=("%d/%m/%Y",), signs=("after",), columns=(
            ("Élève", child), ("Classe", "=CM1"), ("Responsable légal", "name"),
            ("E-mail du responsable", "email"), ("Facture", "number"),
            ("Date d'échéance", "due"), ("Reste à payer", "sole"),
        ),
    ),
    Shape(
        name="lexoffice-belege", lang="de", currency="EUR", money=("1.234,56", "1234,56"),
        delimiters=(";",), days=("%d.%m.%Y",), prefix="RE", columns=(
            ("Belegnummer", "number"), ("Kunde", "name"), ("E-Mail", "email"),
            ("Belegdatum", "issued"), ("Fälligkeitsdatum", "due"), ("Bruttobetrag", "billed"),
            ("Offener Betrag", "owed"), ("Währung", "=EUR"), ("Status", "?"),
        ),
        standings={"open": ("Überfällig", "Offen"), "paid": ("Bezahlt",), "void": ("Storniert",)},
    ),
    Shape(
        name="datev-soll-haben", lang="de", currency="EUR", money=("1.234,56", "1234,56"),
        delimiters=(";",), days=("%d.%m.%Y",), prefix="RE", firms=0.6, encodings=("cp1252",),
        columns=(
            ("Konto", "account"), ("Name", "name"), ("E-Mail", "email"), ("Beleg", "number"),
            ("Belegdatum", "issued"), ("Fälligkeit", "due"), ("Soll", "billed"),
            ("Haben", "paid"), ("Saldo", "owed"), ("Währung", "=EUR"),
        ),
    ),
    Shape(
        name="mieter-de", lang="de", currency="EUR", money=("1.234,56", "1234,56"), firms=0,
        delimiters=(";",), days=("%d.%m.%Y",), signs=("after",), columns=(
            ("Wohnung", unit), ("Mieter", "name"), ("E-Mail Mieter", "email"),
            ("Vermieter", "=Uwe Kuhn"), ("E-Mail Vermieter", "=uwe.kuhn@example.com"),
            ("Rechnungsnr.", "number"), ("Fällig am", "due"), ("Rückstand", "sole"),
        ),
    ),
    Shape(
        name="praxis-de", lang="de", currency="EUR", money=("1.234,56", "1234,56"), firms=0,
        delimiters=(";",), days=("%d.%m.%Y",), signs=("after",), columns=(
            ("Patient", child), ("Rechnungsempfänger", "name"), ("E-Mail", "email"),
            ("Rechnungsnummer", "number"), ("Rechnungsdatum", "issued"), ("Fällig am", "due"),
            ("Tage überfällig", ages.days), ("Offener Betrag", "sole"),
        ),
    ),
    Shape(
        name="escola-pt", lang="pt", currency="EUR", money=("1.234,56", "1234,56"), firms=0,
        delimiters=(";",), days=("%d/%m/%Y",), signs=("after",), columns=(
            ("Aluno", child), ("Turma", "=4B"), ("Encarregado de educação", "name"),
            ("E-mail do encarregado", "email"), ("Fatura", "number"),
            ("Data de vencimento", "due"), ("Valor em dívida", "sole"),
        ),
    ),
    Shape(
        name="omie-titulos", lang="pt", currency="BRL", money=("1.234,56", "1234,56"),
        delimiters=(";",), days=("%d/%m/%Y",), signs=("apart",), columns=(
            ("Cliente", "name"), ("E-mail", "email"), ("Documento", "number"),
            ("Data de emissão", "issued"), ("Vencimento", "due"), ("Valor do título", "billed"),
            ("Saldo em aberto", "owed"), ("Situação", "?"),
        ),
        standings={"open": ("Em aberto", "Atrasado", "Vencido"), "paid": ("Pago", "Liquidado"),
                   "void": ("Cancelado",)},
    ),
)  # fmt: skip
