"""The whole numbers of a trained model, as its JSON holds them: base64 of little-endian arrays."""

from __future__ import annotations

import sys
from array import array
from base64 import b64decode
from collections.abc import Mapping
from typing import Any


def unpacked(document: Mapping[str, Any], **shapes: tuple[str, int]) -> list[array[int]]:
    """The arrays of a document, in the order asked: `name=(typecode, count)`, a typecode of
    `array`. Raises `KeyError` for one that is missing, `ValueError` for one of another length."""
    arrays: list[array[int]] = []
    for name, (typecode, count) in shapes.items():
        numbers: array[int] = array(typecode)
        numbers.frombytes(b64decode(document[name]))
        if sys.byteorder == "big":
            numbers.byteswap()
        if len(numbers) != count:
            raise ValueError(f"a model whose arrays do not fit its buckets: {name}")
        arrays.append(numbers)
    return arrays
