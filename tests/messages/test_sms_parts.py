"""SMS segments, against figures worked out by hand from 3GPP TS 23.038."""

from __future__ import annotations

import pytest

from dunlin.domain.messages.sms_parts import Encoding, measure, plain

GSM, UCS = Encoding.GSM7, Encoding.UCS2


@pytest.mark.parametrize(
    ("text", "encoding", "units", "count"),
    [
        ("", GSM, 0, 1),
        ("Reply STOP to opt out", GSM, 21, 1),
        ("a" * 160, GSM, 160, 1),
        ("a" * 161, GSM, 161, 2),
        ("a" * 306, GSM, 306, 2),
        ("a" * 307, GSM, 307, 3),
        ("€" * 80, GSM, 160, 1),
        # An escaped character is not split: 76 of them fill 152 of 153 septets.
        ("€" * 153, GSM, 306, 3),
        ("^{}\\[~]|€", GSM, 18, 1),
        ("¿Señor? ¡Mañana, café à la carte!", GSM, 33, 1),
        ("Información", UCS, 11, 1),
        ("á" * 71, UCS, 71, 2),
        ("It’s here", UCS, 9, 1),
        ("🙂" * 35, UCS, 70, 1),
        ("🙂" * 67, UCS, 134, 3),
        ("`", UCS, 1, 1),
    ],
)
def test_a_text_is_counted_as_the_network_counts_it(
    text: str, encoding: Encoding, units: int, count: int
) -> None:
    parts = measure(text)
    assert (parts.encoding, parts.units, parts.count) == (encoding, units, count)


def test_the_characters_that_cost_are_named_once() -> None:
    assert measure("Información rápida, ¿sí? í").offenders == ("ó", "á", "í")


def test_plain_letters_bring_spanish_back_to_one_alphabet_and_keep_what_it_has() -> None:
    text = plain("Información: “niño” – José’s caf\u00e9\u00a0à Ávila")
    assert text == 'Informacion: "niño" - José\'s café à Avila'
    assert measure(text).encoding is GSM


def test_plain_cannot_help_another_script() -> None:
    assert measure(plain("Оплата")).encoding is UCS
