"""What stands in a cell that had to be filled: it names nobody and reaches nobody.

`CASH`, `N/A` and `0` are no customer, `noemail@...` is no address, 555-555-5555 no number. A real
name, address or number is never one of them.
"""

from __future__ import annotations

import re
from functools import lru_cache

from dunlin.domain.imports.dates import fold

_MARKS = re.compile(r"[^a-z0-9]+")

_NOBODY = frozenset(
    """
    na n a nd n d none null nil nan unknown unk unspecified notapplicable notavailable notprovided
    notgiven notset missing blank empty tbd tba pending anonymous anon various misc miscellaneous
    sundry sundries general generic guest guestcustomer default dummy placeholder test customer
    client nocustomer nocustomerid noname noid nonumber noaccount notassigned unassigned
    cash cashsale cashsales cashcustomer cashclient cashaccount cashonly walkin walkins
    walkincustomer walkinclient walkinsale counter countersale countersales countercustomer
    retailcustomer retailsale retail onetime onetimecustomer onetimeclient onetimevendor
    oneoffcustomer passingtrade poscustomer possale storecustomer housecustomer
    ka keine kein keiner ohne unbekannt unbekannter diverse diversekunden diverserkunde
    barverkauf barkunde barkunden barzahler laufkunde laufkundschaft einmalkunde einmaldebitor
    cpd cpdkunde cpddebitor cpdkonto sammeldebitor sammelkonto sammelkunde tageskunde kassenkunde
    thekenverkauf kundeunbekannt ladenverkauf
    nc ns sn sd nodisponible noaplica ninguno ninguna desconocido desconocida sindato sindatos
    sinnombre sinnumero sincliente sinid varios variosclientes clientesvarios clientegeneral
    publicogeneral publicoengeneral publico consumidorfinal clientemostrador mostrador
    ventamostrador ventademostrador ventapublico ventapublicogeneral ventasalpublico contado
    clientecontado ventacontado ventadecontado clientedecontado clienteocasional clientegenerico
    clientevarios clientecomun anonimo
    divers clientdivers clientsdivers diversclients comptoir clientcomptoir ventecomptoir
    clientsdecomptoir comptant clientcomptant ventecomptant clientdepassage passage inconnu
    inconnue clientinconnu aucun aucune nonrenseigne nonrenseignee nonconnu particulier
    particuliers anonyme neant
    naoinformado naoidentificado naoaplicavel desconhecido desconhecida semnome semnumero
    clientepadrao clientebalcao clientedebalcao balcao vendabalcao vendadebalcao
    clienteavulso avulso clientediverso clientesdiversos diversos consumidor
    consumidornaoidentificado
    """.split()
)  # fmt: skip
"""Without marks and spaces, folded."""

_NO_LOCAL = frozenset(
    """
    none no na noemail noemails nomail noemailaddress noaddress noemailonfile noemailprovided
    noemailgiven notprovided notgiven notavailable notapplicable noreply donotreply unknown unk
    null nil nobody noone declined refused declines patientdeclined patient customer decline
    donthave doesnothave donothave nothave hasnone hasnoemail needemail missing invalid fake dummy
    test testtest placeholder blank empty asdf asdfasdf qwerty abc abcd xyz xxx aaa anonymous
    noemailaddresses didnotprovide notonfile optout
    keine keinemail keinemailadresse keineemail kein ohne ohneemail ohnemail unbekannt
    nichtvorhanden
    sincorreo sinemail sinmail notiene notienecorreo notieneemail nocorreo noposee noaplica
    notengo notengocorreo desconocido ninguno
    sansemail sansmail sansadresse pasdemail pasdemel pasdadresse pasdecourriel inconnu aucun
    aucunemail semail sememail naotem naotememail naopossui naoinformado desconhecido
    """.split()
)  # fmt: skip
"""What stands before the @ of an address that was made up, letters alone."""
_NO_DOMAIN = frozenset(
    """
    none noemail noemails nomail no na nan noaddress declined refused unknown nowhere nothing null
    noreply notprovided invalid fake nada nope noone nobody test testing sincorreo sinemail
    noemailaddress noemailprovided donthave notavailable notapplicable placeholder dummy keine
    keinemail pasdemail sansemail semail sememail naotem xxx asdf
    """.split()
)  # fmt: skip
"""The first name of a domain that was made up. Domains that exist for mail are not among them."""

_LETTERS = re.compile(r"[^a-z]+")
_NO_LINE = frozenset([digit * 7 for digit in "0123456789"] + ["5551212"])
_COUNTED = "1234567890"
"""The end of a number that somebody counted out, behind the country's own digits."""
_IN_A_ROW = frozenset(("1234567890", "2345678901", "+12345678901", "+12345678900", "0123456789"))


_OF_SEVERAL_WORDS = frozenset(
    """
    n/a n.a. no not one one-time cash walk walk-in walkin counter retail passing pos store house
    guest customer client unknown misc various sundry barverkauf diverse diverser kunde kunden
    unbekannt sin general publico consumidor mostrador contado cliente clientes clients varios
    venta ventas divers comptoir comptant passage inconnu non nao sem balcao avulso venda
    """.split()
)
_DIGIT = re.compile("[1-9]")


def is_nobody(name: str) -> bool:
    """True for what stands where the name of a person is missing."""
    words = name.split()
    if len(words) > 1:
        low = name.lower() if name.isascii() else fold(name)
        if _OF_SEVERAL_WORDS.isdisjoint(low.split()):
            return False
    return names_nobody(name)


def names_nobody(text: str) -> bool:
    """True for what stands where a name or a customer's number is missing."""
    if _DIGIT.search(text):
        return False
    bare = _MARKS.sub("", fold(text))
    return not bare.strip("0") or bare in _NOBODY


def is_no_email(address: str) -> bool:
    """True for an address that was made up to fill the cell."""
    local, _, domain = address.lower().rpartition("@")
    # `abc@abc.com` and `1@1.com`; whole numbers before the @ of a provider are somebody's.
    twice = len(local) < 5 and local == domain.partition(".")[0]
    return twice or _is_no_domain(domain) or _LETTERS.sub("", local) in _NO_LOCAL


@lru_cache(maxsize=4096)
def _is_no_domain(domain: str) -> bool:
    return _LETTERS.sub("", domain.partition(".")[0]) in _NO_DOMAIN


def is_no_phone(number: str) -> bool:
    """True for a number that was made up: one digit over and over, digits in a row, or the
    number of directory assistance."""
    return number[-7:] in _NO_LINE or number in _IN_A_ROW or number[-10:] == _COUNTED
