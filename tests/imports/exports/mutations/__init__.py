"""What happens to a file on its way: each mutation changes a draft and says whether it did."""

from __future__ import annotations

from tests.imports.exports.mutations import columns, marks, people, rows, standing
from tests.imports.exports.mutations.kinds import Mutation

BY_NAME: dict[str, Mutation] = {
    **people.MUTATIONS,
    **standing.MUTATIONS,
    **columns.MUTATIONS,
    **marks.MUTATIONS,
    **rows.MUTATIONS,
}
"""In the order in which they are done: who and what before where and how."""
