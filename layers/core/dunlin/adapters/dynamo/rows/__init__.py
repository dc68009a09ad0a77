"""Rows of the tables, one module a table, with their way to and from the domain. Private to the
adapters.

Every row says in `shape` how it was laid out when it was written; `row.StoredRow` reads it.
"""
