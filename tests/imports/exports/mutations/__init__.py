"""What happens to a file on its way: each mutation changes a draft and says whether it did."""

from __future__ import annotations

from tests.imports.exports.mutations import (
    abroad,
    books,
    columns,
    files,
    marks,
    people,
    rows,
    standing,
)
from tests.imports.exports.mutations.kinds import Mutation

BY_NAME: dict[str, Mutation] = {
    **people.MUTATIONS,
    **books.FIRST,
    **standing.MUTATIONS,
    **abroad.MUTATIONS,
    **columns.MUTATIONS,
    **books.MUTATIONS,
    **files.MUTATIONS,
    **marks.MUTATIONS,
    **rows.MUTATIONS,
    **books.LAST,
    **files.LAST,
}
"""In the order in which they are done: who and what before where and how."""
LAST = {**rows.MUTATIONS, **books.LAST, **files.LAST}
"""Those that are done when the lines are laid out."""
