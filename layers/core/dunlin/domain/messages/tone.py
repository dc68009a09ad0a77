# ruff: noqa: E501 - a list of markers reads better one group a line
"""Tone: how hard a message presses, as a number, and how hard it may.

Pressure is counted, not averaged: kind words around a threat do not dilute it. Every tone has a
ceiling that holds for each rung in it, the last one included; only the firm tone may press, and
none as hard as a demand. Markers run over folded text (`content.fold`), English and Spanish; what
is forbidden at any strength (a threat, a false deadline) is in `phrases`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

CEILINGS = {"gentle": 4, "neutral": 12, "firm": 24}
NOTICE_CEILING = 8  # a message that answers something the person did


@dataclass(frozen=True, slots=True)
class Marker:
    """Words that press, and how hard each time they stand there."""

    weight: int
    pattern: re.Pattern[str]


def _m(weight: int, *patterns: str) -> Marker:
    return Marker(weight, re.compile("|".join(f"(?:{p})" for p in patterns)))


MARKERS = (
    # Asks for something.
    _m(3, r"\bwe ask (you|for)\b", r"\b(we|i) need your\b", r"\ble pedimos\b", r"\bpedimos\b", r"\bnecesitamos su\b"),
    _m(2, r"\bplease (pay|settle|see to|answer|choose|tell us|take care)\b", r"\b(pague|liquide|atienda|elija)(lo|la|nos)?\b", r"\bresponda(nos)?\b(?! (stop|start|a este|.baja|y ))", r"\bwe propose\b"),
    # Counts what the person did not do.
    _m(2, r"\bstill (open|unpaid)\b", r"\b(sigue|todavia hay .{0,20}) (pendiente|abierta)\b", r"\bhas not reached us\b"),
    _m(3, r"\b(no|without an?) answer\b", r"\bhave not heard from you\b", r"\b(sin|no (hemos tenido|tenemos)) respuesta\b", r"\bseveral times\b", r"\bvarias veces\b"),
    _m(3, r"\b(its|the) (date|terms) (has|have) (passed|run out)\b", r"\b(fecha ya paso|plazo termino)\b", r"\blast reminder\b", r"\b(recordatorio final|ultimo recordatorio)\b"),
    _m(6, r"\b(overdue|past[- ]due|late|delinquent|arrears|default(ed)?|long outstanding)\b", r"\b(vencid[oa]s?|en mora|atrasad[oa]s?|incumpl\w+)\b"),
    _m(8, r"\byou (have )?(failed|refused?|neglected|ignored?)\b", r"\bfailure to\b", r"\b(usted )?(ha |se )?(ignorad|nego|rehus|descuidad)\w*\b"),
    _m(6, r"\byou (have not|haven't|did not|didn't|never) (paid|answered|respond|repl|contact|called|kept)\w*", r"\b(no ha|nunca ha?) (pagado|respondido|contestado|cumplido)\b"),
    # Commands.
    _m(8, r"\b(must|have to|are (required|obliged|obligated) to|need to) (now )?(pay|settle|remit|respond|act|call)\b", r"\b(debe|tiene que|esta obligad[oa] a) (pagar|liquidar|responder|llamar)\b"),
    _m(8, r"\b(demand(s|ed|ing)?|insist(s|ed)?|expect (payment|you)|require (payment|you))\b", r"\b(exigimos|exige|insistimos|requerimos)\b"),
    _m(6, r"(^|[.!?:] )(pay|remit|settle) (in full|this|it|up|the|your|us)\b", r"\bno later than\b", r"\bwithout (further )?delay\b", r"\ba mas tardar\b", r"\bsin demora\b"),
    _m(8, r"\b(right now|right away|promptly|asap|without fail|deadline|overdue since)\b", r"\b(ya mismo|cuanto antes|fecha limite)\b"),
    # Warns.
    _m(10, r"\b(consequences?|further (steps?|action|measures?)|next steps? against|escalat\w+|warn(ing|s|ed)?)\b", r"\b(consecuencias?|medidas? (adicionales|posteriores)|adverten\w+)\b"),
    _m(10, r"\b(serious(ly)?|severe(ly)?|unacceptable|inexcusable|(?<!your )patience|tolerate|excuses?)\b", r"\b(grave(mente)?|sever[oa]s?|inaceptable|(?<!su )paciencia|toler(ar|amos)|excusas?)\b"),
    _m(8, r"\b(good name|reputation|obligations?|responsibility|liable|legally)\b", r"\b(reputacion|obligacion(es)?|responsabilidad|legalmente)\b"),
    _m(8, r"\b(last|final|only|one) (time|chance|option|opportunity)\b", r"\b(ultima|unica) (vez|opcion)\b"),
)  # fmt: skip
_SHOUT = re.compile(
    r"\b(?!(?:STOP|START|HELP|QUIT|CANCEL|ALTO|BAJA|AYUDA|PARAR|CANCELAR|INFO)\b)[A-ZÁÉÍÓÚÑ]{4,}\b"
)
_NUMBERED = re.compile(r"\S*\d\S*")  # a reference such as UNIT-7B/RENT does not shout
_THANKS = re.compile(r"\b(?:thanks|thank you|gracias)!+", re.IGNORECASE)  # does not press
_SHOUTING, _EXCLAIMING = 6, 4


def pressure(text: str, folded: str) -> int:
    """How hard a text presses, 0 for not at all. `text` as written (for shouting), `folded` the
    same in one spelling."""
    weight = sum(marker.weight * len(marker.pattern.findall(folded)) for marker in MARKERS)
    return (
        weight
        + _SHOUTING * len(_SHOUT.findall(_NUMBERED.sub(" ", text)))
        + _EXCLAIMING * _THANKS.sub("", text).count("!")
    )


def ceiling(tone: str) -> int:
    """How hard a message in a tone may press; "" for a notice."""
    return CEILINGS.get(tone, NOTICE_CEILING)
