"""Invented people and firms."""

from __future__ import annotations

import random
import re
import unicodedata

from tests.imports.exports.truth import Party

FIRST = {
    "en": "Ada Ben Cora Dan Elle Finn Grace Hal Iris Jack Kate Liam Mona Ned Olive Paul Quinn Rosa "
    "Sam Tess Uma Vera Wade Xena Yara Zane Amber Boris Celia Dora",
    "es": "Ana José María Luis Carmen Jorge Lucía Andrés Sofía Pablo Elena Raúl Inés Hugo Noelia",
    "fr": "Amélie Bruno Chloé Denis Élodie François Gaëlle Hervé Inès Julien Léa Marc Noémie Odile",
    "de": "Jürgen Anke Bernd Claudia Dieter Elke Frank Gisela Holger Ilse Jörg Käthe Lars Uwe",
    "pt": "João Ana Bruno Catarina Duarte Elisa Fábio Graça Hugo Inês Lúcia Mateus Rita Vítor",
}
LAST = {
    "en": "Abbott Barker Castillo Dalton Espinoza Foster Gordon Hobbs Ingram Jensen Keller Lowell "
    "Mercer Norton Osborne Parker Quigley Rowland Sutton Turner Underhill Vance Walsh Yates Zeller "
    "O'Brien Nguyen Okafor Kowalski Haddad",
    "es": "García Muñoz Peña Ibáñez Castro Vidal Ortega Rubio Soler Navas Lozano Duarte",
    "fr": "Lefèvre Dubois Girard Moreau Perrin Roussel Chevalier Gauthier Marchand Besson Colin",
    "de": "Müller Schäfer Weiß Krüger Vogel Brandt Hoffmann Seidel Lorenz Pfeiffer Kuhn Böhm",
    "pt": "Gonçalves Conceição Araújo Falcão Teixeira Moura Pacheco Brandão Cardoso Leitão",
}
FIRMS = {
    "en": ("{} Supply LLC", "{} Foods Inc", "{} & Sons Ltd", "{} Plumbing Co.", "{} Group, Inc."),
    "es": ("{} y Asociados S.L.", "Talleres {} S.A.", "Construcciones {} S.L."),
    "fr": ("{} Bâtiment SARL", "Garage {} SAS", "Transports {} SA"),
    "de": ("{} Bau GmbH", "{} Logistik AG", "Autohaus {} GmbH & Co. KG"),
    "pt": ("{} Comércio Ltda", "Construtora {} S.A.", "{} Transportes Lda."),
}
PLACES = {
    "en": (
        ("Albany", "NY", "12207"), ("Austin", "TX", "78701"), ("Denver", "CO", "80202"),
        ("Fresno", "CA", "93721"), ("Peoria", "IL", "61602"), ("Tampa", "FL", "33602"),
    ),
    "uk": (("Leeds", "", "LS1 4AP"), ("Exeter", "", "EX1 1HS"), ("Derby", "", "DE1 2FS")),
    "es": (("Sevilla", "", "41001"), ("Bilbao", "", "48001"), ("Murcia", "", "30001")),
    "fr": (("Lyon", "", "69001"), ("Nantes", "", "44000"), ("Dijon", "", "21000")),
    "de": (("Kassel", "", "34117"), ("Bremen", "", "28195"), ("Ulm", "", "89073")),
    "pt": (("Braga", "", "4700-035"), ("Évora", "", "7000-500"), ("Faro", "", "8000-100")),
}  # fmt: skip
STREETS = {
    "en": "{} Maple Ave", "es": "Calle Mayor {}", "fr": "{} rue de la Gare", "de": "Lindenweg {}",
    "pt": "Rua das Flores {}",
}  # fmt: skip
AREAS = ("212", "312", "415", "512", "602", "713", "813", "917")


def slug(text: str) -> str:
    """Plain letters of a name, with dots between its words."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", ".", letters.replace("'", "")).strip(".")


class Town:
    """Makes parties of one language, none of them alike."""

    def __init__(self, rng: random.Random, lang: str, currency: str) -> None:
        self._rng = rng
        self._lang = lang
        self._british = currency == "GBP"
        first, last = FIRST[lang].split(), LAST[lang].split()
        self._names = [(f, l) for f in first for l in last]  # noqa: E741  first, last
        rng.shuffle(self._names)
        self._firms = [f.format(name) for f in FIRMS[lang] for name in last]
        rng.shuffle(self._firms)
        self._taken: set[str] = set()
        self._numbers = rng.randint(1000, 6000)
        areas = AREAS[:1] if self._british else AREAS
        self._phones = [(a, n) for a in areas for n in range(100, 200)]
        rng.shuffle(self._phones)

    def phone(self) -> str:
        """A number of nobody else, kept for fiction."""
        area, last = self._phones.pop()
        if self._british:
            return f"+442079460{last}"
        if self._lang == "de":
            return f"+493023125{last}"
        if self._lang == "fr":
            return f"+33199{self._rng.randint(0, 9)}{last:03}{int(area) % 100:02}"
        return f"+1{area}5550{last}"

    def email(self, name: str) -> str:
        """An address of nobody else."""
        base, n = slug(name), 2
        address = f"{base}@example.com"
        while address in self._taken:
            address, n = f"{base}{n}@example.com", n + 1
        self._taken.add(address)
        return address

    def party(self, *, firm: bool = False) -> Party:
        """Somebody new."""
        first, last = self._names.pop()
        name = self._firms.pop() if firm else ""
        places = PLACES["uk"] if self._british else PLACES[self._lang]
        city, state, zip_code = self._rng.choice(places)
        self._numbers += self._rng.randint(1, 9)
        return Party(
            first=first,
            last=last,
            firm=name,
            number=f"C{self._numbers}",
            email=self.email(name or f"{first} {last}"),
            phone=self.phone(),
            street=STREETS[self._lang].format(self._rng.randint(2, 980)),
            city=city,
            state=state,
            zip=zip_code,
        )
