"""Of whom a column speaks: the debtor's contact points are those of who answers for the debt, and
of nobody else whom a file names."""

from __future__ import annotations

from typing import Any

import pytest

from dunlin.domain.imports.header_names.roles import OTHER, ROLES
from dunlin.domain.imports.whose import party_of
from tests.imports.reading import read


def consumers_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Who owes each debt."""
    return [r["account"]["consumer"] for r in document["rows"] if r["outcome"] == "created"]


OTHERS_COLUMNS = """
Rep Email|Sales Rep E-mail|salesRepEmail|sales_rep.email|E-mail (Sales Rep)|Email of sales rep
Account Manager Email|Acct Manager E-Mail|Agent's Email|agent_email|Provider Email|Doctor's mail
Email - Referring Provider|Collector Email|Attorney E-mail|Debtor Attorney Email|Lawyer Email
Employer Email|HR Email|Insurance Email|Adjuster Email|Emergency Contact Email|Next of Kin Email
Reference 1 Email|Co-signer Email|Cosigner Email|Co-Borrower Email|Spouse Email|Husband E-mail
Landlord Email|Property Manager Email|Referral Email|Referred By Email|Created By Email
Assigned To Email|Technician Email|Teacher Email|Coach Email|Vendor Email|Branch Email
Parent 2 Email|Second Guardian Email|Trustee Email|Opposing Counsel Email|Case Worker Email
Correo del vendedor|Correo vendedor|Email del asesor|Correo del abogado|Correo del empleador
Correo aseguradora|Correo contacto de emergencia|Correo del aval|Correo del cónyuge
Correo del arrendador|Correo del administrador|Correo del médico|Correo del maestro|Correo cobrador
E-mail du vendeur|Courriel commercial|Courriel du conseiller|E-mail avocat|Courriel employeur
Courriel assureur|Courriel conjoint|Courriel bailleur|Courriel médecin|Courriel caution
Betreuer E-Mail|E-Mail Vertreter|vertreteremail|VertreterEmail|Sachbearbeiter E-Mail
E-Mail Rechtsanwalt|Anwalt E-Mail|Arbeitgeber E-Mail|Versicherung E-Mail|Notfallkontakt E-Mail
Bürge E-Mail|Ehepartner E-Mail|Vermieter E-Mail|Hausverwaltung E-Mail|Arzt E-Mail|Kanzlei E-Mail
E-mail do vendedor|E-mail do consultor|E-mail do advogado|E-mail do empregador|E-mail do fiador
E-mail do cônjuge|E-mail do locador|E-mail da seguradora|E-mail do médico|E-mail do gerente
Notary Clerk E-Mail|Dog Walker Email|Ombudsman E-Mail|Concierge email
"""
OTHERS = [name.strip() for name in OTHERS_COLUMNS.replace("\n", "|").split("|") if name.strip()]
OWN_COLUMNS = """
Email|E-Mail|E-mail Address|Primary Email|Personal E-mail|Billing Email|AP Email|Contact Email
Customer Email|Client E-mail|Cust. E-Mail|Debtor Email|Borrower Email|Tenant E-mail|Renter Email
Account Email|Invoice Email|Statement Email|Email 1|Home Email|Work Email|Home E-mail Address
Correo|Correo electrónico|Correo del cliente|Correo del inquilino|Correo de contacto
Correo del deudor|Courriel|Courriel client|E-mail du client|Adresse e-mail|E-mail du locataire
E-Mail-Adresse|Kunde E-Mail|Kunden-E-Mail|E-Mail Mieter|E-Mail privat|Kundenemail|E-mail do cliente
E-mail do inquilino|E-mail do devedor|Correo principal|Email de facturación
"""
OWN = [name.strip() for name in OWN_COLUMNS.replace("\n", "|").split("|") if name.strip()]


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("before", [True, False])
def test_an_address_of_somebody_else_is_not_the_debtors(name: str, before: bool) -> None:
    columns = [(name, "wren@example.com"), ("Email", "ada@example.com")]
    if not before:
        columns.reverse()
    document = read(
        f"Invoice,Customer,{','.join(c for c, _ in columns)},Due Date,Balance\n"
        f"1001,Ada Abbott,{','.join(v for _, v in columns)},2026-01-15,300.25\n"
    )
    assert consumers_of(document)[0]["emails"] == ["ada@example.com"]


@pytest.mark.parametrize("name", OWN)
def test_an_address_of_the_debtors_own_is_used(name: str) -> None:
    document = read(
        f"Invoice,Customer,{name},Due Date,Balance\n"
        "1001,Ada Abbott,ada@example.com,2026-01-15,300.25\n"
    )
    assert consumers_of(document)[0]["emails"] == ["ada@example.com"]
    assert document["decisions_needed"] == []


@pytest.mark.parametrize(
    "name", [n.replace("E-mail", "Phone").replace("Email", "Phone") for n in OTHERS if "mail" in n]
)
def test_a_number_of_somebody_else_is_not_the_debtors(name: str) -> None:
    document = read(
        f"Invoice,Customer,{name},Cell,Due Date,Balance\n"
        "1001,Ada Abbott,212-555-0188,212-555-0101,2026-01-15,300.25\n"
    )
    assert consumers_of(document)[0]["phones"] == ["+12125550101"]


@pytest.mark.parametrize(
    "role", [phrase.split("|")[0].strip() for part, _, phrase in ROLES if part == OTHER]
)
@pytest.mark.parametrize("shape", ["{} E-mail", "E-mail {}", "email_{}", "{}.email", "{}Mobile"])
def test_every_role_is_known_before_and_behind(role: str, shape: str) -> None:
    party = party_of(shape.format(role))
    assert party is not None
    assert party.part == OTHER


@pytest.mark.parametrize(
    "header",
    ["Attorney Fees", "Insurance Pending", "Sales Tax", "Patient Balance", "Email Opt Out",
     "Email Status", "SMS Consent", "Customer Type", "Unit", "Due Date", "Provider Type"],
)  # fmt: skip
def test_what_tells_something_else_names_nobody(header: str) -> None:
    assert party_of(header) is None


def test_where_an_unknown_persons_address_is_the_only_one_it_is_asked() -> None:
    text = (
        "Invoice,Customer,Ombudsman Email,Due Date,Balance\n"
        "1001,Ada Abbott,wren@example.com,2026-01-15,300.25\n"
    )
    (asked,) = read(text)["decisions_needed"]
    assert (asked["id"], asked["choices"]) == ("mapping:Ombudsman Email", ["email", "ignore"])
    taken = read(text, answers={asked["id"]: "email"})
    assert consumers_of(taken)[0]["emails"] == ["wren@example.com"]
    left = read(text, answers={asked["id"]: "ignore"})
    assert (consumers_of(left)[0]["emails"], left["decisions_needed"]) == ([], [])


@pytest.mark.parametrize(
    ("ward", "payer"),
    [("Patient", "Guarantor"), ("Patient Name", "Responsible Party"), ("Pt", "Resp Party"),
     ("Student", "Parent"), ("Child", "Mother"), ("Child Name", "Parent/Guardian"),
     ("Pupil", "Fee Payer"), ("Camper", "Parent Name"), ("Athlete", "Account Holder"),
     ("Resident", "Responsible Party"), ("Paciente", "Garante"),
     ("Paciente", "Responsable de pago"), ("Alumno", "Tutor"), ("Alumna", "Padre"),
     ("Niño", "Acudiente"), ("Élève", "Parent"), ("Enfant", "Responsable légal"),
     ("Patient", "Payeur"), ("Schüler", "Erziehungsberechtigter"), ("Kind", "Zahlungspflichtiger"),
     ("Patient", "Kontoinhaber"), ("Aluno", "Responsável financeiro"), ("Criança", "Mãe"),
     ("Paciente", "Responsável")],
)  # fmt: skip
def test_who_answers_owes_and_not_whom_it_is_about(ward: str, payer: str) -> None:
    document = read(
        f"{ward},DOB,{payer},{payer} E-mail,{ward} E-mail,Due Date,Amount Due\n"
        "Tim Abbott,2019-02-03,Ada Cole,ada@example.com,tim@example.com,2026-09-01,600.00\n"
        "Ben Barker,1970-07-09,Ben Barker,ben@example.com,b2@example.com,2026-09-01,80.50\n"
        "Cy Dunn,1980-07-19,,,cy@example.com,2026-09-01,70.00\n"
    )
    first, second, third = consumers_of(document)
    assert (first["name"], first["emails"]) == ("Ada Cole", ["ada@example.com"])
    assert "date_of_birth" not in document["rows"][0]["account"]["extras"]
    assert document["rows"][0]["account"]["extras"]["for"] == "Tim Abbott"
    # Who answers for the debt alone has both addresses and the day of birth.
    assert (second["name"], second["emails"][0]) == ("Ben Barker", "ben@example.com")
    assert document["rows"][1]["account"]["extras"]["date_of_birth"] == "1970-07-09"
    assert "for" not in document["rows"][1]["account"]["extras"]
    assert (third["name"], third["emails"]) == ("Cy Dunn", ["cy@example.com"])


def test_a_name_beside_a_parents_is_the_childs() -> None:
    document = read(
        "Name,Grade,Parent Name,Parent Email,Due Date,Amount Due\n"
        "Tim Abbott,4,Ada Cole,ada@example.com,2026-09-01,600.00\n"
    )
    (row,) = document["rows"]
    assert row["account"]["consumer"]["name"] == "Ada Cole"
    assert row["account"]["extras"]["for"] == "Tim Abbott"


def test_the_names_of_both_may_stand_in_parts() -> None:
    document = read(
        "Acct,Patient First Name,Patient Last Name,Guarantor First,Guarantor Last,Guarantor DOB,"
        "Patient DOB,Guar Phone,Due Date,Balance\n"
        "A1,Tim,Abbott,Ada,Cole,1985-03-02,2019-02-03,212-555-0101,2026-09-01,600.00\n"
    )
    (row,) = document["rows"]
    assert row["account"]["consumer"]["name"] == "Ada Cole"
    assert row["account"]["consumer"]["phones"] == ["+12125550101"]
    assert row["account"]["extras"]["for"] == "Tim Abbott"
    assert row["account"]["extras"]["date_of_birth"] == "1985-03-02"


@pytest.mark.parametrize("word", ["Self", "SAME", "self", "Same as patient", "Patient"])
def test_a_patient_may_answer_alone(word: str) -> None:
    document = read(
        f"Patient,DOB,Guarantor,Email,Due Date,Balance\n"
        f"Ada Abbott,1980-01-01,{word},ada@example.com,2026-09-01,60\n"
    )
    (person,) = consumers_of(document)
    assert (person["name"], person["emails"]) == ("Ada Abbott", ["ada@example.com"])


def test_two_children_of_one_parent_are_two_debts_of_one_person() -> None:
    document = read(
        "Student,Parent,Parent Email,Due Date,Balance\n"
        "Tim Abbott,Ada Abbott,ada@example.com,2026-10-01,450.00\n"
        "Tess Abbott,Ada Abbott,ada@example.com,2026-10-01,450.00\n"
    )
    accounts = [r["account"] for r in document["rows"]]
    assert [a["balance_minor"] for a in accounts] == [45000, 45000]
    assert [a["extras"]["for"] for a in accounts] == ["Tim Abbott", "Tess Abbott"]
    assert {a["consumer"]["name"] for a in accounts} == {"Ada Abbott"}


def test_a_patients_number_is_not_the_guarantors() -> None:
    document = read(
        "Patient ID,Patient,Guarantor,Guarantor Email,Due Date,Balance\n"
        "71,Tim Abbott,Ada Abbott,ada@example.com,2026-10-01,450.00\n"
        "72,Tess Abbott,Ada Abbott,ada@example.com,2026-10-01,90.00\n"
    )
    assert [c["matched_by"] for c in consumers_of(document)] == ["email", "email"]
    assert [r["account"]["extras"]["for_reference"] for r in document["rows"]] == ["71", "72"]


UNMARKED = (
    "Acct,Email,Patient,Guarantor,Due Date,Balance\n"
    "A1,{first},Tim Abbott,Ada Cole,2026-09-01,600.00\n"
    "A2,{second},Kit Barker,Ben Moss,2026-09-01,80.50\n"
)


def test_an_address_tells_by_its_name_whose_it_is() -> None:
    document = read(UNMARKED.format(first="ada.cole@example.com", second="bmoss@example.com"))
    assert [c["emails"] for c in consumers_of(document)] == [
        ["ada.cole@example.com"], ["bmoss@example.com"],
    ]  # fmt: skip
    document = read(UNMARKED.format(first="tim.a@example.com", second="kit@example.com"))
    assert [c["emails"] for c in consumers_of(document)] == [[], []]


def test_where_nothing_tells_whose_an_address_is_it_is_asked() -> None:
    text = UNMARKED.format(first="x1@example.com", second="x2@example.com")
    (asked,) = read(text)["decisions_needed"]
    assert (asked["id"], asked["choices"]) == ("mapping:Email", ["email", "for_email"])
    taken = read(text, answers={"mapping:Email": "email"})
    assert [c["emails"] for c in consumers_of(taken)] == [["x1@example.com"], ["x2@example.com"]]
    left = read(text, answers={"mapping:Email": "for_email"})
    assert [c["emails"] for c in consumers_of(left)] == [[], []]
    by_mapping = read(text, mapping={"Email": "email"})
    assert by_mapping["decisions_needed"] == []


def test_an_address_that_stands_with_the_guarantor_is_the_guarantors() -> None:
    document = read(
        "Acct,Patient,DOB,Guarantor,Phone,Email,Due Date,Balance\n"
        "A1,Tim Abbott,2019-02-03,Ada Cole,212-555-0101,x1@example.com,2026-09-01,600.00\n"
    )
    (person,) = consumers_of(document)
    assert (person["emails"], person["phones"]) == (["x1@example.com"], ["+12125550101"])


@pytest.mark.parametrize(
    ("debtor", "other"),
    [("Tenant", "Guarantor"), ("Borrower", "Guarantor"), ("Tenant", "Landlord"),
     ("Customer", "Account Owner"), ("Tenant", "Owner"), ("Customer", "Broker"),
     ("Homeowner", "Installer"), ("Inquilino", "Propietario"), ("Mieter", "Eigentümer"),
     ("Locataire", "Propriétaire"), ("Customer", "Ship To"), ("Inquilino", "Aval")],
)  # fmt: skip
def test_whoever_stands_beside_a_debtor_does_not_owe(debtor: str, other: str) -> None:
    for first, second in ((debtor, other), (other, debtor)):
        names = {debtor: "Wei Chen,wei@example.com", other: "Li Moss,li@example.com"}
        document = read(
            f"Unit,{first},{first} Email,{second},{second} Email,Due Date,Balance\n"
            f"3B,{names[first]},{names[second]},2026-09-01,900.00\n"
        )
        (person,) = consumers_of(document)
        assert (person["name"], person["emails"]) == ("Wei Chen", ["wei@example.com"])


@pytest.mark.parametrize("debtor", ["Owner", "Broker", "Shipper", "Propietario", "Guarantor",
                                    "Account Holder", "Parent", "Patient", "Student", "Obligor",
                                    "Prestatario", "Darlehensnehmer", "Emprunteur"])  # fmt: skip
def test_who_is_named_alone_owes(debtor: str) -> None:
    document = read(
        f"Acct,{debtor},{debtor} Email,Due Date,Balance\n"
        "A1,Ada Abbott,ada@example.com,2026-09-01,90.50\n"
    )
    (person,) = consumers_of(document)
    assert (person["name"], person["emails"]) == ("Ada Abbott", ["ada@example.com"])


@pytest.mark.parametrize(
    ("company", "contact"),
    [("company_name", "contact_name"), ("Company", "Contact"), ("Firma", "Ansprechpartner"),
     ("Société", "Interlocuteur"), ("Empresa", "Nombre de contacto"), ("Company", "Attn")],
)  # fmt: skip
def test_a_firm_owes_and_its_contact_is_its_person(company: str, contact: str) -> None:
    document = read(
        f"Invoice,{contact},{company},Email,Due Date,Amount\n"
        "1001,Ada Abbott,Abbott Supply LLC,ada@example.com,2026-02-10,450.00\n"
    )
    (row,) = document["rows"]
    assert row["account"]["consumer"]["name"] == "Abbott Supply LLC"
    assert row["account"]["debt_kind"] == "business"


def test_a_job_is_told_beside_the_debt() -> None:
    document = read(
        "Invoice,Customer,Email,Due Date,Balance\n"
        '1,"Hobbs, Hal:Kitchen",hal@example.com,2026-07-10,50.00\n'
        '2,"Hobbs, Hal:Bath",hal@example.com,2026-07-10,60.00\n'
    )
    assert [c["name"] for c in consumers_of(document)] == ["Hal Hobbs", "Hal Hobbs"]
    assert [r["account"]["extras"]["job"] for r in document["rows"]] == ["Kitchen", "Bath"]


@pytest.mark.parametrize("plain", ["Name", "ContactName", "Company", "Nombre"])
def test_where_a_plain_name_stands_who_is_shipped_to_does_not_owe(plain: str) -> None:
    document = read(
        f"Ship To,Ship To Phone,{plain},EmailAddress,Invoice,Due Date,Balance\n"
        "Wren Hale,(212) 555-0144,Ada Abbott,ada@example.com,1,2026-03-04,10.50\n"
        "Rosa Dale,(212) 555-0145,Ben Barker,ben@example.com,2,2026-03-04,20.50\n"
    )
    assert [c["name"] for c in consumers_of(document)] == ["Ada Abbott", "Ben Barker"]
    assert [c["phones"] for c in consumers_of(document)] == [[], []]


def test_a_payers_column_is_read_where_most_of_its_cells_are_only_filled() -> None:
    document = read(
        "Responsable de pago;Correo del responsable;Factura;Vencimiento;Saldo\n"
        "Ana Navas;ana@example.com;1;19/03/2026;10,50 €\n"
        "Luis Rubio;0;2;20/03/2026;20,50 €\nHugo Ibarra;0;3;21/03/2026;30,50 €\n"
    )
    assert [c["emails"] for c in consumers_of(document)] == [["ana@example.com"], [], []]


def test_a_subscriber_beside_a_patient_is_asked_about_where_they_are_two() -> None:
    text = (
        "Account,Patient,Patient Email,Subscriber,Subscriber Email,Patient Balance,Due Date\n"
        "1,Kai Nunez,kai@example.com,Rita Nunez,rita@example.com,10.00,2026-03-01\n"
        "2,Oda Ash,oda@example.com,Oda Ash,oda@example.com,20.00,2026-03-01\n"
    )
    question = "mapping:Subscriber"
    assert [d["id"] for d in read(text)["decisions_needed"]] == [question]
    for answer, owes in (("ignore", "Kai Nunez"), ("consumer_name", "Rita Nunez")):
        people = consumers_of(read(text, answers={question: answer}))
        assert [p["name"] for p in people] == [owes, "Oda Ash"]
        assert people[0]["emails"] == [f"{owes.split()[0].lower()}@example.com"]


@pytest.mark.parametrize(
    "payer",
    ["Zahlungspflichtiger Elternteil", "Responsible Parent", "Payer Name", "Padre responsable"],
)
def test_who_pays_for_a_child_may_be_named_in_two_words(payer: str) -> None:
    document = read(
        f"Child,{payer},Email,Invoice,Due Date,Balance\n"
        "Kai Nunez,Rita Nunez,rita@example.com,1,2026-03-01,10.00\n"
        "Ned Ash,Oda Ash,oda@example.com,2,2026-03-01,20.00\n"
    )
    assert [c["name"] for c in consumers_of(document)] == ["Rita Nunez", "Oda Ash"]


@pytest.mark.parametrize("second", ["Tenant 2 Email", "E-Mail 2"])
def test_the_second_tenants_address_is_not_the_firsts(second: str) -> None:
    document = read(
        f"Unit,Tenant,Tenant 2,Email,{second},Due,Balance\n"
        "2A,Al Best,Bea West,al@example.com,bea@example.com,2026-09-01,700.00\n"
        "2B,Cam East,,cam@example.com,,2026-09-01,650.00\n"
    )
    assert [c["emails"] for c in consumers_of(document)] == [
        ["al@example.com"], ["cam@example.com"],
    ]  # fmt: skip


@pytest.mark.parametrize("names", [("Named Insured", "Insured Email"), ("Insured", "Insured Email"),
                                   ("Policyholder", "Policyholder Email")])  # fmt: skip
def test_an_insured_owes_the_premium_and_the_agent_does_not(names: tuple[str, str]) -> None:
    name, email = names
    document = read(
        f"Policy,{name},{email},Agent,Agent Email,Carrier,Premium Due,Due Date\n"
        "P1,Ada Abbott,ada@example.com,Vic Power,vic@example.com,Acme Mutual,15.00,2026-01-15\n"
    )
    account = document["rows"][0]["account"]
    assert (account["consumer"]["name"], account["consumer"]["emails"], account["held"]) == (
        "Ada Abbott", ["ada@example.com"], None,
    )  # fmt: skip


def test_whom_goods_are_shipped_to_is_not_the_owner_who_owes() -> None:
    document = read(
        "Owner,Owner Email,Invoice #,Due Date,Balance,Ship To Phone,Ship To Email\n"
        "Ada Abbott,ada@example.com,1,2026-01-15,10.00,(212) 555-0111,dan@example.com\n"
    )
    consumer = document["rows"][0]["account"]["consumer"]
    assert (consumer["emails"], consumer["phones"]) == (["ada@example.com"], [])


def test_an_insurer_among_those_who_answer_holds_and_self_is_the_patient() -> None:
    text = (
        "Acct,Patient,Email,Resp Party,Balance,Due Date\n"
        "1,A Abel,a@example.com,SELF,10.00,2026-09-01\n"
        "2,B Bell,b@example.com,Blue Shield,11.00,2026-09-01\n"
        "3,C Cole,c@example.com,Zoe Cole,12.00,2026-09-01\n"
    )
    rows = read(text, answers={"mapping:Email": "email"})["rows"]
    assert [(r["account"]["consumer"]["name"], r["account"]["held"]) for r in rows] == [
        ("A Abel", None), ("Blue Shield", "insurance_pending"), ("Zoe Cole", None),
    ]  # fmt: skip


def test_a_vendor_beside_a_persons_two_names_is_nobody_who_owes() -> None:
    document = read(
        "First Name,Vendor,Vendor Email,Last Name,Email,Due Date,Balance\n"
        "Ada,Mona Reed,mona@example.com,Abbott,ada@example.com,2026-01-15,10.00\n"
    )
    account = document["rows"][0]["account"]
    assert (document["kind"], account["consumer"]["name"]) == ("receivables", "Ada Abbott")


def test_a_word_for_a_person_over_sums_names_nobody() -> None:
    document = read(
        "Factura;Paciente;Abonado;Titular;Correo electrónico;Vencimiento;Importe facturado\n"
        "1;Leo Ejemplo;467,29 €;Hugo Ejemplo;hugo@example.com;27-02-2026;4.209,57 €\n"
        "2;Mia Muestra;0,00 €;Ana Muestra;ana@example.com;19-04-2026;347,00 €\n"
        "3;Mia Muestra;279,36 €;Ana Muestra;ana@example.com;23-03-2026;2.375,56 €\n"
    )
    assert [c["name"] for c in consumers_of(document)] == [
        "Hugo Ejemplo", "Ana Muestra", "Ana Muestra",
    ]  # fmt: skip


@pytest.mark.parametrize("payer", ["Responsible Party", "Guarantor", "Parent"])
@pytest.mark.parametrize(
    "birthday",
    ["Patient DOB", "Patient Date of Birth", "Birth Date (Child)", "Date de naissance patient"],
)
def test_a_patients_birthday_is_not_that_of_who_answers(payer: str, birthday: str) -> None:
    document = read(
        f"{payer},Email,{birthday},Invoice,Due Date,Balance\n"
        "Ada Abbott,ada@example.com,2014-05-12,1,2026-04-14,150.00\n"
        "Ben Barker,ben@example.com,2016-07-01,2,2026-05-14,75.00\n"
    )
    assert [row["account"]["held"] for row in document["rows"]] == [None, None]


def test_an_account_named_with_its_number_is_the_customer_and_no_contact_is() -> None:
    document = read(
        "Account,Email,Attn,Balance,Due Date\n"
        '"Okafor Group, Inc.",amber@example.com,Amber Mercer,$1954.01,03/23/26\n'
        '"Parker Group, Inc. #C5850",kate@example.com,Kate Abbott,$1187.42,03/29/26\n'
        "Kowalski Foods Inc (1042),ana@example.com,Ana Turner,$4074.00,08/06/26\n"
    )
    assert [c["name"] for c in consumers_of(document)] == [
        "Okafor Group, Inc.", "Parker Group, Inc.", "Kowalski Foods Inc",
    ]  # fmt: skip


def test_where_goods_go_under_an_address_of_its_own_is_not_the_debtors_number() -> None:
    document = read(
        "Subscriber,Email,Invoice,Due Date,Amount Due,Ship To Phone,Ship To Email\n"
        "Ada Abbott,ada@example.com,1,2026-03-08,41.00,(415) 555-0150,zane@example.com\n"
        "Ben Barker,ben@example.com,2,2026-10-08,44.00,(917) 555-0114,quinn@example.com\n"
    )
    assert [c["phones"] for c in consumers_of(document)] == [[], []]


def test_where_goods_go_is_not_the_debtors_beside_an_address_of_the_customer() -> None:
    document = read(
        "Ship To Email,Ship To Phone,Invoice No,Customer Name,Customer Email,Due Date,Balance Due\n"
        "cora@example.com,(602) 555-0151,1,Ada Abbott,ada@example.com,2026-03-08,35.00\n"
        "dora@example.com,(512) 555-0188,2,Ben Barker,ben@example.com,2026-09-17,38.00\n"
    )
    assert [c["phones"] for c in consumers_of(document)] == [[], []]


@pytest.mark.parametrize(
    ("first", "last"),
    [("Prénom", "Nom de famille"), ("First Name", "Family Name")],
)
def test_a_family_name_beside_a_first_name_is_no_familys(first: str, last: str) -> None:
    document = read(
        f"{first},{last},Email,Invoice,Due Date,Balance\n"
        "Ada,Abbott,ada@example.com,1,2026-03-08,35.00\n"
        "Ben,Barker,ben@example.com,2,2026-09-17,38.00\n"
    )
    assert [c["name"] for c in consumers_of(document)] == ["Ada Abbott", "Ben Barker"]


def test_an_account_is_the_customer_though_each_stands_often() -> None:
    rows = ("Ingram Plumbing Co.,ingram@example.com,{},2026-08-04,10.00,Ned Yates\n",
            "Abbott & Sons Ltd,abbott@example.com,{},2026-08-21,20.00,Dora Jensen\n")  # fmt: skip
    document = read(
        "Account,Email,Invoice No.,Due Date,Balance,Primary Contact\n"
        + "".join(rows[n % 2].format(n + 1) for n in range(8))
    )
    assert {c["name"] for c in consumers_of(document)} == {
        "Ingram Plumbing Co.", "Abbott & Sons Ltd",
    }  # fmt: skip
