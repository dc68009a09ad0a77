# ruff: noqa: E501 - a phrase list reads better one alternative group a line
"""The phrases of the content check, English and Spanish, by the rule they break.

Patterns run over folded text (`content.fold`): lower case, no accents, single spaces.
"""

from __future__ import annotations

import re


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in patterns))


# Patterns run over folded text: lower case, no accents.
PHRASES: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    (
        "US-FDCPA-FALSE",
        "threatens a lawsuit, an arrest, garnishment, a lien or a report",
        _any(
            r"\b(law ?suits?|sued?|suing)\b(?! (?:ellen|ann))",
            r"\b(legal|court|enforcement) (action|proceedings?|steps?)\b",
            r"\b(take|taken|see|bring) (you|it|this|them) (in|to|before) (a )?(court|judge)\b",
            r"\b(arrest(ed)?|jail(ed)?|prison|warrants?|police|sheriff|marshals?|subpoena)\b",
            r"\bgarnish\w*|\bseiz(e|ed|ure|ing)\b|\brepossess\w*|\bforeclos\w*",
            r"\b(lien|levy) (on|against|your)\b|\bdeport\w*|\bcriminal\b|\bprosecut\w*",
            r"\b(credit (score|bureau|report(ing)?|rating)|reported to)\b",
            r"\bevict\w*|\b(lose|take) your (home|house|job|car|license|children)\b",
            r"\b(send|sent|turn(ed)?|referred|refer|hand(ed)?)( it| this| you)?( over)? to "
            r"(a |an |our )?(collections?|attorneys?|lawyers?|legal)\b",
            r"\bdemandar\w*|\bdemanda judicial\b|\baccion(es)? (legal|judicial)(es)?\b",
            r"\b(arrest\w*|carcel|prision|policia|alguacil|orden de captura)\b",
            r"\bembarg\w*|\bdesaloj\w*|\bdeportad\w*|\bante (el|un) (juez|tribunal)\b",
            r"\b(buro|historial|puntaje|informe) (de credito|crediticio)\b",
            r"\bproceso (judicial|penal)\b|\bdelito\b",
        ),
    ),
    (
        "US-FDCPA-FALSE",
        "hurries the reader with a deadline or a loss that is not real",
        _any(
            r"\b(final|last|urgent) (notice|warning|chance|opportunity|demand)\b|\burgent(ly)?\b",
            r"\b(act|pay|call|respond|reply) (now|immediately|today|at once|asap)\b",
            r"\bimmediate(ly)? (action|payment|attention|response)\b|\b(or else|before it'?s too late)\b",
            r"\b(within|in|next) (the next )?\d+ ?(hours?|hrs?|minutes?)\b",
            r"\bexpires? (today|tonight|soon|in \d+)\b|\btime is running out\b|\bdon'?t delay\b",
            r"\b(ultimo|ultima) (aviso|advertencia|oportunidad)\b|\burgentes?\b|\bde inmediato\b",
            r"\binmediatamente\b|\b(pague|llame|actue|responda) (ya|ahora|hoy)\b",
            r"\b(en|dentro de) (las proximas )?\d+ horas\b|\bantes de que sea (muy |demasiado )?tarde\b",
        ),
    ),
    (
        "US-FDCPA-FALSE",
        "pretends to come from a court, an authority or a lawyer",
        _any(
            r"\b(internal revenue|irs|social security|federal trade|department of)\b",
            r"\b(on behalf of|by order of) (the )?(court|state|government|federal)\b",
            r"\b(official|government) (notice|document|debt)\b|\blaw office of\b|\bcase number\b",
            r"\b(por orden (del?|de la)|en nombre (del?|de la)) (tribunal|juez|gobierno|estado|corte)\b",
            r"\bnumero de (caso|expediente)\b|\bnotificacion oficial\b",
        ),
    ),
    (
        "US-FDCPA-HARASS",
        "insults, shames or frightens",
        _any(
            r"\b(dead ?beats?|freeloaders?|losers?|thie(f|ves)|crooks?|scum|moochers?|liars?)\b",
            r"\b(sham(e|ed|eful|ing)|asham\w+|disgrace\w*|pathetic|irresponsible|lazy|stupid)\b",
            r"\b(damn|hell|shit\w*|fuck\w*|bastards?|bitch\w*|ass(hole)?s?|idiots?|morons?)\b",
            r"\b(tell|contact|call|inform|visit) (your|ur) "
            r"(boss|employer|family|neighbou?rs?|parents?|mother|wife|husband|friends|church|kids)\b",
            r"\bwe (know|have) where you (live|work)\b|\bwatch(ing)? you\b|\byou('ll| will) (regret|be sorry)\b",
            r"\b(everyone|the world) will know\b|\b(publish|post) your name\b",
            r"\b(verguenza|sinverguenza|moros[oa]s?|ladron(es)?|irresponsable|mentiros[oa]s?|estupid[oa]s?|idiota)\b",
            r"\b(avis|dig|llam|cont)\w+ a su (jefe|patron|familia|empleador|vecinos?|madre|espos[oa])\b",
            r"\bsabemos donde (vive|trabaja)\b|\bse (va a )?arrepentir\w*\b",
        ),
    ),
    (
        "US-FDCPA-FALSE",
        "promises what nobody approved",
        _any(
            r"\b(waiv(e|es|ed|ing|er)|forgiv(e|en|ing)|write (it|this) off|cancel (the|your) balance)\b",
            r"\bsettle(d|ment)? (it )?for (less|half|a (part|fraction))\b|\bhalf of (it|what you)\b",
            r"\b(interest|fee)[- ]free\b|\b(no|without) (interest|fees|late fees)\b|\bguarantee\w*\b",
            r"\b(reduc(e|ed|ing|tion)|lower(ed|ing)?) (your|the|it|what) ?(balance|amount|debt|you owe)?\b",
            r"\btax (benefits?|deduct\w*|credits?)\b|\b(improve|repair|protect|restore) your credit\b",
            r"\b(condon|perdon)\w+\b|\b(descuentos?|rebajas?)\b|\bgarantiz\w+\b",
            r"\bsin (intereses|cargos|recargos)\b|\bla mitad de (lo que|su)\b",
            r"\b(mejorar|reparar|proteger) su (credito|historial)\b|\breduc\w+ su (saldo|deuda)\b",
        ),
    ),
    (
        "US-HIPAA-MIN",
        "shows clinical detail",
        _any(
            r"\b(diagnos\w+|treatments?|surger(y|ies)|procedures?|prescriptions?|medications?|therap\w+)\b",
            r"\b(x-?rays?|mri|biops\w+|chemo\w*|oncolog\w+|psychiatr\w+|rehab\w*|pregnan\w+|hiv|std|cancer)\b",
            r"\b(patient|medical record|mrn|lab results?|test results?|your (visit|appointment|doctor|surgeon))\b",
            r"\b(root canal|crowns? and|implants?|colonoscop\w+|dialysis|depression|addiction)\b",
            r"\b(icd|cpt|hcpcs)[ -]?(9|10)?\b|\b[a-tv-z]\d{2}\.\d{1,3}\b",
            r"\b(diagnostic[oa]s?|tratamientos?|cirugias?|recetas? medicas?|medicamentos?|terapias?|pacientes?)\b",
            r"\b(historia clinica|resultados? de (laboratorio|examen\w*)|embaraz\w+|su (cita|doctor|medico))\b",
        ),
    ),
    (
        "US-REGF-THIRDPARTY",
        "shows a personal number",
        _any(r"\b\d{3}-\d{2}-\d{4}\b", r"\b(ssn|date of birth|dob|fecha de nacimiento)\b"),
    ),
    (
        "PLAT-MKT",
        "offers something new",
        _any(
            r"\b(pre-?approved|pre-?qualif\w+|apply (now|today|for)|new (loan|credit|card|line of credit|product|offer))\b",
            r"\b(refer a friend|referral|promo( code)?|coupons?|special offers?|limited[- ]time|discounts? on)\b",
            r"\b(\d+ ?% off|free (gift|trial|shipping)|buy (now|one)|shop|on sale|upgrade|loyalty|rewards?)\b",
            r"\b(open|get|sign up for) (a|an|our) (\w+ )?(credit card|loan|membership|newsletter|account today)\b",
            r"\b(pre-?aprobad[oa]|nuevo (prestamo|credito|producto)|nueva tarjeta|oferta especial|promocion\w*)\b",
            r"\b(cupon(es)?|descuentos? en|regalo|recomiende a un amigo|suscribase|compre)\b",
        ),
    ),
    (
        "IND-CTIA",
        "hides where a link leads behind a public shortener",
        _any(
            r"\b(bit\.ly|tinyurl\.com|goo\.gl|t\.co|ow\.ly|is\.gd|buff\.ly|rebrand\.ly|cutt\.ly)\b"
        ),
    ),
)
# What a stranger sees on a lock screen: subject and preheader must not tell of a debt.
REVEALS = _any(
    r"\b(debts?|owe[sd]?|owing|past[- ]?due|overdue|delinquen\w+|collect(ion|ions|or|ing)|arrears)\b",
    r"\b(balance|unpaid|bill(ing)?|invoices?|payments? (due|late|missed)|amount due|pay (now|up|your))\b",
    r"\b(medical|dental|clinic|hospital|rent|loan|mortgage|legal|solar|storage|patient|tenant)\b",
    r"\b(deudas?|debe|adeud\w+|vencid[oa]s?|mora|cobranzas?|cobro|saldo|factura|impag[oa]\w*)\b",
    r"\b(clinica|hospital|alquiler|renta|prestamo|hipoteca|paciente|inquilin[oa])\b",
    r"[$€£] ?\d|\b\d+[.,]\d{2}\b",
)
DECEPTIVE = re.compile(r"^\s*(re|fwd?|rv)\s*:")
COLLECTOR = _any(r"\bdebt[- ]collect\w+", r"\bcobrador(es)? de deudas\b", r"\bcollection agency\b")
DISCLOSED = (
    _any(r"attempt to collect a debt", r"intento de cobrar una deuda"),
    _any(
        r"information (obtained )?will be used for that purpose",
        r"informacion (obtenida )?se (usara|utilizara) (para|con) ese (fin|proposito)",
    ),
)
LANGUAGE_ACCESS = _any(r"\benglish (and|or) spanish\b", r"\bingles (y|o) (en )?espanol\b")
OPT_OUT_EMAIL = _any(
    r"\b(stop|opt out of|unsubscribe from) (these |getting |all )?(e-?mails?|messages)\b",
    r"\bdejar de recibir (estos |los )?(correos|mensajes)\b",
)
OPT_OUT_PAPER = _any(r"\bdo not want us to contact you\b", r"\bno desea que le contactemos\b")
OPT_OUT_SMS = _any(
    r"\breply stop to opt out\b", r"\bresponda stop para (darse de baja|no recibir)\b"
)
PAYS = _any(r"\b(pay|payment|pague|pagar|pago)\b", r"https?://")
