"""States, provinces, countries and languages by name or code."""

from __future__ import annotations

import re
from functools import lru_cache

from dunlin.domain.imports.dates import fold

_US = (
    "AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|"
    "DE Delaware|DC District of Columbia|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|"
    "IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|"
    "MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana|NE Nebraska|NV Nevada|"
    "NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|NC North Carolina|ND North Dakota|"
    "OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|RI Rhode Island|SC South Carolina|"
    "SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia|WA Washington|"
    "WV West Virginia|WI Wisconsin|WY Wyoming|PR Puerto Rico|GU Guam|VI Virgin Islands|"
    "AS American Samoa|MP Northern Mariana Islands"
)
_CA = (
    "AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick|NL Newfoundland and Labrador|"
    "NS Nova Scotia|NT Northwest Territories|NU Nunavut|ON Ontario|PE Prince Edward Island|"
    "QC Quebec|SK Saskatchewan|YT Yukon"
)
_COUNTRIES = (
    "US United States|US USA|US U.S.A.|US U.S.|US United States of America|US America|"
    "US Estados Unidos|US EE.UU.|US EEUU|US Etats-Unis|US Vereinigte Staaten|US EUA|"
    "CA Canada|CA Kanada|MX Mexico|MX Mexiko|MX Mexique|GB United Kingdom|GB UK|GB Great Britain|"
    "GB England|GB Scotland|GB Wales|GB Northern Ireland|GB Vereinigtes Konigreich|GB Reino Unido|"
    "GB Royaume-Uni|IE Ireland|IE Irland|DE Germany|DE Deutschland|DE Alemania|DE Allemagne|"
    "AT Austria|AT Osterreich|AT Autriche|CH Switzerland|CH Schweiz|CH Suisse|CH Suiza|"
    "FR France|FR Frankreich|FR Francia|ES Spain|ES Espana|ES Spanien|ES Espagne|"
    "IT Italy|IT Italien|IT Italia|PT Portugal|NL Netherlands|NL Niederlande|NL Holland|"
    "BE Belgium|BE Belgien|BE Belgique|LU Luxembourg|LU Luxemburg|DK Denmark|DK Danemark|"
    "SE Sweden|SE Schweden|NO Norway|NO Norwegen|FI Finland|FI Finnland|PL Poland|PL Polen|"
    "CZ Czech Republic|CZ Czechia|CZ Tschechien|AU Australia|AU Australien|NZ New Zealand|"
    "IN India|IN Indien|CN China|JP Japan|KR South Korea|BR Brazil|BR Brasil|BR Brasilien|"
    "AR Argentina|CL Chile|CO Colombia|PE Peru|EC Ecuador|GT Guatemala|CR Costa Rica|"
    "DO Dominican Republic|DO Republica Dominicana|PR Puerto Rico|PA Panama|UY Uruguay|"
    "VE Venezuela|ZA South Africa|NG Nigeria|KE Kenya|IL Israel|AE United Arab Emirates|"
    "SA Saudi Arabia|TR Turkey|TR Turkei|GR Greece|HU Hungary|RO Romania|BG Bulgaria|HR Croatia|"
    "SK Slovakia|SI Slovenia|SG Singapore|HK Hong Kong|PH Philippines|MY Malaysia|TH Thailand|"
    "ID Indonesia|VN Vietnam|PK Pakistan|BD Bangladesh|EG Egypt|MA Morocco|TN Tunisia|UA Ukraine|"
    "RU Russia|IS Iceland|MT Malta|CY Cyprus|EE Estonia|LV Latvia|LT Lithuania"
)
_LANGUAGES = {
    "en": """en eng english englisch ingles anglais inglesa""",
    "es": """es esp spa sp spanish espanol espanola spanisch espagnol espanhol castellano
             castilian hispanic""",
    "fr": """fr fra fre french frances francais francaise franzosisch franzoesisch""",
    "de": """de deu ger german aleman allemand alemao deutsch""",
    "pt": """pt por ptg portuguese portugues portugais portugiesisch portuguesa brazilian""",
    "it": "it ita italian italiano italien italienisch",
    "zh": "zh chi zho chinese mandarin cantonese chino chinois chinesisch chines",
    "vi": "vi vie vietnamese vietnamita vietnamien vietnamesisch",
    "ko": "ko kor korean coreano coreen koreanisch",
    "ja": "ja jpn japanese japones japonais japanisch",
    "ru": "ru rus russian ruso russe russisch russo",
    "ar": "ar ara arabic arabe arabisch",
    "tl": "tl tgl fil tagalog filipino",
    "ht": "ht hat haitian creole kreyol",
    "pl": "pl pol polish polaco polonais polnisch polones",
    "nl": "nl nld dut dutch holandes neerlandais niederlandisch",
    "hi": "hi hin hindi",
    "uk": "uk ukr ukrainian ucraniano ukrainien ukrainisch",
    "fa": "fa fas per farsi persian",
    "tr": "tr tur turkish turco turc turkisch",
}
_LANGUAGE = {word: code for code, words in _LANGUAGES.items() for word in words.split()}
_ALPHA3 = [
    "USA",
    "US",
    "CAN",
    "CA",
    "MEX",
    "MX",
    "GBR",
    "GB",
    "IRL",
    "IE",
    "DEU",
    "DE",
    "AUT",
    "AT",
    "CHE",
    "CH",
    "FRA",
    "FR",
    "ESP",
    "ES",
    "ITA",
    "IT",
    "PRT",
    "PT",
    "NLD",
    "NL",
    "BEL",
    "BE",
    "LUX",
    "LU",
    "DNK",
    "DK",
    "SWE",
    "SE",
    "NOR",
    "NO",
    "FIN",
    "FI",
    "POL",
    "PL",
    "CZE",
    "CZ",
    "AUS",
    "AU",
    "NZL",
    "NZ",
    "IND",
    "IN",
    "CHN",
    "CN",
    "JPN",
    "JP",
    "KOR",
    "KR",
    "BRA",
    "BR",
    "ARG",
    "AR",
    "CHL",
    "CL",
    "COL",
    "CO",
    "PER",
    "PE",
    "ZAF",
    "ZA",
    "ISR",
    "IL",
    "ARE",
    "AE",
    "SGP",
    "SG",
    "HKG",
    "HK",
    "PRI",
    "PR",
]


def _key(text: str) -> str:
    return re.sub(r"[^a-z]", "", fold(text))


def _table(source: str) -> dict[str, str]:
    out: dict[str, str] = {}
    for entry in source.split("|"):
        code, _, name = entry.partition(" ")
        out[_key(name)] = code
    return out


US_STATES = frozenset(entry[:2] for entry in _US.split("|"))
CA_PROVINCES = frozenset(entry[:2] for entry in _CA.split("|"))
_STATE_NAMES = _table(_US) | _table(_CA)
_STATE_NAMES |= {"washingtondc": "DC", "dc": "DC", "quebecqc": "QC", "usvirginislands": "VI"}
_STATE_NAMES |= {"calif": "CA", "tex": "TX", "fla": "FL", "mass": "MA", "penn": "PA", "ariz": "AZ"}
_COUNTRY_NAMES = _table(_COUNTRIES)
COUNTRY_CODES = frozenset(_COUNTRY_NAMES.values())
_COUNTRY_ALPHA3 = dict(zip(_ALPHA3[::2], _ALPHA3[1::2], strict=True))

DOLLARS = {
    "US": "USD", "CA": "CAD", "AU": "AUD", "NZ": "NZD", "MX": "MXN", "SG": "SGD", "HK": "HKD",
    "PR": "USD", "CL": "CLP", "CO": "COP", "AR": "ARS",
}  # fmt: skip
"""The currency that `$` means in a country."""
EURO_COUNTRIES = frozenset(("AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK").split())


def state_code(text: str) -> str | None:
    """Two capitals for a US state or a Canadian province, None for anything else."""
    if len(text) == 2:
        code = text.upper()
        return code if code in US_STATES or code in CA_PROVINCES else None
    if len(text) == 5 and text[2] == "-" and text[:2].upper() in ("US", "CA"):
        return state_code(text[3:])
    key = _key(text)
    if len(key) == 2 and "." in text:
        return state_code(key)
    return _STATE_NAMES.get(key)


def country_code(text: str) -> str | None:
    """ISO 3166 alpha-2 of a country by name, alpha-2 or alpha-3, in four languages."""
    word = text.strip().upper()
    if len(word) == 2:
        if word in COUNTRY_CODES:
            return word
        return "GB" if word == "UK" else ("DE" if word == "D" else None)
    if len(word) == 3 and word in _COUNTRY_ALPHA3:
        return _COUNTRY_ALPHA3[word]
    if len(word) == 1:
        return {"D": "DE", "A": "AT", "F": "FR", "I": "IT", "E": "ES"}.get(word)
    return _COUNTRY_NAMES.get(_key(text))


_ONE_LINE = re.compile(
    r"(?P<street>.+?)[,\n]\s*(?P<city>[^,\n\d]+?),?\s+(?P<state>[A-Za-z]{2})\.?,?\s+"
    r"(?P<zip>\d{5}(?:-\d{4})?)(?:[,\s]+(?:USA?|U\.S\.A?\.?|United States))?",
    re.DOTALL,
)


def split_address(text: str) -> tuple[str, str, str, str] | None:
    """(street, city, state, ZIP) of a US address in one cell, None where it is none."""
    match = _ONE_LINE.fullmatch(text.strip()) if len(text) < 200 else None
    state = state_code(match["state"]) if match else None
    if match is None or state not in US_STATES:
        return None
    street = " ".join(match["street"].replace("\n", ", ").split()).rstrip(",")
    return street, match["city"].strip(), str(state), match["zip"]


_TOWN_LINE = re.compile(
    r"(?P<city>[^,\d]+?)[\s,]+(?P<state>[A-Za-z]{2}|[A-Za-z][A-Za-z ]{3,20})\.?"
    r"(?:[\s,]+(?P<zip>\d{5}(?:-?\d{4})?))?"
)
_CODE_AND_TOWN = re.compile(r"(?P<zip>\d{4,5}(?:-\d{3})?)[\s,]+(?P<city>[^\W\d][^\d]*)")


def split_town(text: str) -> tuple[str, str, str]:
    """(city, state, postal code) of one cell: `Reno, NV 89501`, `Reno NV`, `28195 Bremen`; a text
    of another form is the city."""
    bare = " ".join(text.split())
    match = _TOWN_LINE.fullmatch(bare)
    state = state_code(match["state"].strip()) if match else None
    if match and state:
        return match["city"].strip(), state, match["zip"] or ""
    match = _CODE_AND_TOWN.fullmatch(bare)
    return (match["city"].strip(), "", match["zip"]) if match else (bare, "", "")


_ZIP = re.compile(r"\d{5}(?:-\d{4})?")


def tidy_zip(text: str, *, us: bool) -> str:
    """A postal code as written; a US one gets back the zeros a spreadsheet dropped."""
    if len(text) == 5 and text.isdigit():
        return text
    code = text.strip()
    code = code.removesuffix(".0")
    if us and code.isdigit():
        if 3 <= len(code) <= 4:
            return code.zfill(5)
        if 8 <= len(code) <= 9:
            code = code.zfill(9)
            return f"{code[:5]}-{code[5:]}"
    return code.upper()


def looks_like_zip(text: str) -> bool:
    """True for the US form (12345 or 12345-6789)."""
    return bool(_ZIP.fullmatch(text))


@lru_cache(maxsize=512)
def language_code(text: str) -> str:
    """The two letters of a language by its name or code in five languages (`Spanish`, `es-MX`); of
    several the first. "" where the text names none that we know."""
    for word in re.findall(r"[a-z]+", fold(text)):
        code = _LANGUAGE.get(word)
        if code:
            return code
    return ""
