"""The shapes of all vendors."""

from __future__ import annotations

from tests.imports.exports.shape import Shape
from tests.imports.exports.shapes import abroad, books, care, hand, homes, more, trades

SHAPES: tuple[Shape, ...] = (
    *books.SHAPES, *care.SHAPES, *homes.SHAPES, *trades.SHAPES, *more.SHAPES, *abroad.SHAPES,
    *hand.SHAPES,
)  # fmt: skip
BY_NAME = {shape.name: shape for shape in SHAPES}
