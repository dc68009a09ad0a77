"""Exports with known truth: vendor shapes times mutations, and a judge of what the reader makes.

`generate.build(seed)` gives a file's bytes and what is right about it; `judge.judged` compares the
dry run with that; `measure` does so for thousands and prints figures by mutation and by vendor.
Everything is written from what exports look like, nothing from the reader's own vocabulary: the
words here and those in `dunlin.domain.imports` are two opinions. People are invented; addresses
are at example.com, numbers in the ranges kept for fiction.

| module | holds |
|---|---|
| `truth` | who owes what, and whether a person would find the file plain |
| `people` | invented people and firms by language |
| `writing` | how days, money and cells stand in a file, and the file's bytes |
| `words` | headings and words of standing in five languages |
| `draft` | a file before it is written: columns, lines, debts |
| `shapes/` | columns and layout of each vendor and of lists made by hand |
| `mutations/` | what else happens to a file on its way |
| `generate` | seed to export |
| `judge` | export and dry run to verdict |
| `measure` | many exports to a table; `make measure-import` |
"""
