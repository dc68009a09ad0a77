"""The words with which a person lets a creditor take their instalments: purpose, how the amounts
are set, when, and how to stop it (card networks' stored-credential rules; 12 CFR 1005.10(b)).

Other words are another version: a consent keeps the version and the hash of what was shown.
"""

from __future__ import annotations

AUTOPAY_CONSENT = "autopay-2026-11"
_WORDS = {
    "en": "I allow {name} to take each payment of this plan, on its date and for its amount as "
    "listed here, from the card or bank account that I save on the next page. {name} keeps it for "
    "this plan alone and writes to me before each payment. If a payment fails, it may be tried up "
    "to two more times. I can stop this here at any time before the day of a payment, or by "
    "calling {phone}. The plan then goes on and I pay by myself.",
    "es": "Permito que {name} cobre cada pago de este plan, en su fecha y por su cantidad como se "
    "indica aquí, de la tarjeta o cuenta bancaria que guardo en la página siguiente. {name} la "
    "guarda solo para este plan y me escribe antes de cada pago. Si un pago falla, puede "
    "intentarse hasta dos veces más. Puedo detener esto aquí en cualquier momento antes del día "
    "de un pago, o llamando al {phone}. Entonces el plan continúa y yo pago por mi cuenta.",
}


def autopay_consent(name: str, phone: str) -> dict[str, str]:
    """The consent by language, for a creditor of that name and number."""
    return {
        code: text.replace("{name}", name).replace("{phone}", phone)
        for code, text in _WORDS.items()
    }
