"""In which language the names of columns are written: words, or how words begin."""

LANGUAGES = {
    "de": """
        rechnung* kunde* fallig* faellig* betrag* beleg* debitor* strasse plz wahrung* waehrung*
        hwahr offen* datum gezahlt* mieter* schuldner* konto soll haben telefon mahn* netto* brutto*
        zahlung* vertrag* restbetrag""",
    "es": """
        factura* cliente* fecha* vencimiento vencido* importe* correo moneda monto* pendiente
        inquilino* arrendatario* nombre* telefono direccion deudor* prestamo* cuota* adeudado vence
        razon comprobante* bodega* cuenta saldo* apellido* folio canon limite nit rut cuit rfc
        celular alumno* paciente* prestatario* electronico""",
    "fr": """
        facture* echeance* montant* courriel* devise solde* locataire* nom loyer* adresse dossier*
        impaye* echu* prenom regle* reste compte* debiteur* statut du""",
    "pt": """
        fatura* vencimento* valor moeda boleto* devedor* inquilino* nome telefone aluguel parcela*
        emissao aberto aberta cpf cnpj cliente* saldo endereco divida* mutuario* pago""",
}  # fmt: skip
PESOS_BY_WORD = {
    "rfc": "MXN", "cuit": "ARS", "cuil": "ARS", "nit": "COP", "rut": "CLP", "ruc": "PEN",
    "canon": "COP", "cpf": "BRL", "cnpj": "BRL", "curp": "MXN", "celular": "MXN",
}  # fmt: skip
"""Words of one country's papers, and its currency."""
