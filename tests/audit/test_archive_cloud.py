"""The archive in S3: what lies there first is never taken for what should lie there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from dunlin.adapters.aws.audit_archive import S3AuditArchive
from dunlin.domain.audit.audit import GENESIS, Leaf, SignedRoot
from dunlin.domain.errors import Defect
from tests.support.emulator import emulator

pytestmark = pytest.mark.cloud
DAY = "2026-11-23"
ROOT = SignedRoot(day=DAY, root="a" * 64, previous=GENESIS, leaves=1, signature="first")
LEAVES = [Leaf(subject="account#1", sequence=1, head="b" * 64)]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3AuditArchive]:
    with emulator(tmp_path_factory.mktemp("cloud")) as running, pytest.MonkeyPatch.context() as env:
        for name, value in running.environment().items():
            env.setenv(name, value)
        running.client("s3").create_bucket(Bucket="archive")
        yield S3AuditArchive(bucket="archive")


def test_the_same_root_again_changes_nothing_and_another_is_refused(archive):
    archive.put_root(ROOT, LEAVES)
    archive.put_root(replace(ROOT, signature="second"), LEAVES)
    assert archive.root(date.fromisoformat(DAY)) == ROOT
    with pytest.raises(Defect, match="another root of 2026-11-23"):
        archive.put_root(replace(ROOT, root="c" * 64), LEAVES)
    with pytest.raises(Defect, match="other leaves of 2026-11-23"):
        archive.put_root(ROOT, [replace(LEAVES[0], sequence=2)])
    assert archive.roots() == [date.fromisoformat(DAY)]
    assert archive.leaves(date.fromisoformat(DAY)) == LEAVES
