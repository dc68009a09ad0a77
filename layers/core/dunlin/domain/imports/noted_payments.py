"""Notes that say that nothing is left to pay, or that it is not to be asked for, in five languages.

`paid cash 9/12`, `réglé par chèque`, `ya pagó en caja`: all words of a clause must be about that
one thing, so that `paid the last one late` and `promises to have it paid` say nothing.
"""

from __future__ import annotations

from functools import lru_cache

from dunlin.domain.imports.dates import fold
from dunlin.domain.imports.phrases import ASKED, BREAK, Lexicon, Worded

_DONE, _BESIDE, _NOT_YET = "done", "beside", "not yet"
_ROWS = (
    (_DONE, """
        paid|prepaid|pd|pif|payed|paid in full|pd in full|paid off|settled|settled in full
        |sent payment|payment made|payment sent|payment received|pmt received|pmt recd
        |payment recd|paid up|waive|waived|forgive|forgiven|comp|comped|write off|writeoff
        |written off|wrote off|wxo|woff|refunded|credited back|cancel invoice|cancel bill
        |to be cancelled|void invoice|pagad*|pago|pagou|pague|foi pago|foi paga|fue pagad*
        |abonad*|cobrad*|liquidad*|saldad*|finiquitad*|quitad*|quitou|paga em|pago recibido
        |pago confirmado|pagamento recebido|pagamento confirmado|transferid*|depositad*
        |recebid*|cortesia|anular|por anular|dar de baja|condonad*|condonar|perdoad*|perdoar
        |bonificad*|anular fatura|dar baixa|paye|payee|payes|payees|a paye|paiement recu
        |virement recu|reglement recu|cheque recu|regle|reglee|regles|reglees|acquitte*
        |encaisse*|solde|soldee|vire|viree|annuler|a annuler|geste commercial|passer en perte
        |passe en perte|remise gracieuse|offert|offerte|bezahlt|gezahlt|beglichen|uberwiesen
        |ueberwiesen|eingezahlt|ausgeglichen|kulanz|ausbuchen|ausgebucht|erlassen
        |betrag erhalten|geld erhalten|zahlung erhalten|zahlung eingegangen|stornieren
        |zu stornieren|gutgeschrieben"""),
    (_BESIDE, """
        cash|check|chk|ck|cheque|card|cc|credit card|debit card|debit|ach|wire|zelle|venmo
        |paypal|pay pal|cashapp|cash app|stripe|square|online|web|website|portal|app|phone|bank
        |transfer|office|desk|front desk|counter|mail|post|person|today|yesterday|already|just
        |now|all|full|fully|complete|completely|entire|whole|both|everything|invoice|bill
        |balance|bal|amount|account|acct|customer|client|patient|tenant|member|mom|mum|dad
        |mother|father|wife|husband|owner|per|ref|dr|conf|confirmation|receipt|rcpt|trans
        |transaction|thanks|thank|ok|yes|last|week|month|monday|tuesday|wednesday|thursday
        |friday|saturday|sunday|mon|tue|wed|thu|fri|sat|jan|feb|mar|apr|may|jun|jul|aug|sep
        |sept|oct|nov|dec|january|february|march|april|june|july|august|september|october
        |november|december|st|nd|rd|th|efectivo|contado|por deposito|transferencia|tarjeta|caja
        |banco|bizum|hoy|ayer|ya|todo|total|totalidad|completo|integro|factura|recibo|saldo
        |cuenta|cliente|dia|dias|mes|semana|pasado|pasada|comprobante|mostrador|oficina|tpv
        |datafono|giro|oxxo|spei|dinheiro|pix|cartao|boleto|balcao|hoje|ontem|tudo|integral*
        |totalidade|fatura|conta|loja|passado|passada|comprovante|multibanco|mbway|numerario
        |especie|especes|virement|carte|cb|liquide|liquidites|guichet|prelevement|aujourd hui
        |hier|deja|tout|totalite|integralement|entierement|facture|bureau|banque|jour|mois
        |semaine|dernier|derniere|ligne|en ligne|bar|karte|ec karte|ec|uberweisung|ueberweisung
        |lastschrift|kasse|heute|gestern|bereits|schon|alles|voll|vollstandig|komplett|ganz
        |rechnung|betrag|konto|kunde|kundin|buro|schalter|tag|woche|monat|quittung|beleg
        |erhalten|januar|februar|marz|mai|juni|juli|oktober|dezember"""),
    (_NOT_YET, """
        to be paid|to be settled|to be refunded|%|disput*|contest*|denies|pending|awaiting
        |unpaid|open|owes|owing|will|would|wants|want|promis*|promet*|promes*|versprech*
        |verspricht|returned|declined|bounced|rejected|nsf|previous|prior|old|first|second
        |deposit|copay|co pay|down payment|retainer|parking|fee|fees|devuelt*|rechazad*
        |enganche|deposito|anticipo|primer*|segund*|anterior|anteriores|revisar|de mas
        |devolvid*|sinal|entrada|caucao|rejete*|precedent*|caution|arrhes|premier*|geplatzt
        |kaution|erste|erster|vorherig*|zugesagt|should|shall|must|going|plans|hopes|expects
        |says|said|claims|asks|asked|if|when|once|until|till|before|unless|every|each|always
        |usually|normally|monthly|weekly|late|slow|half|part|partial*|partly|some|rest
        |remaining|insurance|insurer|ins|carrier|pendient*|falta|faltan|debe|cuando|si|antes
        |hasta|siempre|cada|mitad|parte|parcial*|resto|seguro|tarde|pendent*|aguard*|deve
        |quando|se|ate|sempre|metade|restante|convenio|seguradora|attente|doit|quand|lorsque
        |avant|jusque*|toujours|chaque|moitie|partie|partiel*|acompte|mutuelle|wird|werden|soll
        |offen*|ausstehend*|wenn|sobald|bis|bevor|immer|jeden|jede|halfte|teil*|anteil*|rate
        |raten|anzahlung|versicherung|kasse zahlt|spater|later"""),
)  # fmt: skip
_LEXICON = Lexicon(_ROWS)
_BEGINNINGS = frozenset(
    phrase.split()[0].rstrip("*")[:4]
    for meaning, phrases in _ROWS
    if meaning == _DONE
    for phrase in phrases.split("|")
    if phrase.split()
)
_LONGEST = 12
"""Words of a clause that is no more than such a remark."""


@lru_cache(maxsize=4096)
def says_settled(note: str) -> bool:
    """Whether a clause of a note says that the debt was paid, or that it is forgiven."""
    folded = fold(note)
    if _BEGINNINGS.isdisjoint([w[:4] for w in folded.replace("-", " ").split()]):
        return False
    worded = _LEXICON.read(note)
    return any(_is_done(worded, start, end) for start, end in _clauses(worded.words))


def _clauses(words: list[str]) -> list[tuple[int, int]]:
    ends = [at for at, word in enumerate(words) if word == BREAK] + [len(words)]
    starts = [0, *(end + 1 for end in ends[:-1])]
    return [(a, b) for a, b in zip(starts, ends, strict=True) if 0 < b - a <= _LONGEST]


def _is_done(worded: Worded, start: int, end: int) -> bool:
    """Whether all words of a clause are about a payment that was made, or a debt let go."""
    here = [p for p in worded.phrases if start <= p.start < end]
    done = [p for p in here if p.meaning == _DONE]
    if not done or any(p.denied for p in done) or any(p.meaning == _NOT_YET for p in here):
        return False
    if worded.words[end - 1] == ASKED or any(_names_sum(worded.words, p.end) for p in done):
        return False
    unknown = [w for w in worded.words[start:end] if w.isalpha() and w in worded.left]
    return len(unknown) <= 1


def _names_sum(words: list[str], at: int) -> bool:
    """Whether a figure follows: `paid 50 on 9/1` may be a part that is taken off already."""
    return at < len(words) and words[at].isdigit()
