"""Reading any overdue export: bytes and text in, decisions out.

Stages, each usable alone: `profile` (one streaming pass over the file), `read_range` (records of
one byte range), `Normaliser` (one row to values), `Book` (rows to debts and consumers) and the
builders of the files written beside the dropped one. See docs/flows/import.md.
"""
