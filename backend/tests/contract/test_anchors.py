"""What every keeper of anchors promises."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from velora.platform.anchors.folder import FolderAnchors
from velora.platform.anchors.port import Anchor, AnchorConflict, Anchors, AnchorsAway

START = datetime(2026, 11, 16, 10, 0, 0, 125_000, tzinfo=UTC)


def an_anchor(n: int, block_hash: str = "", shard: int = 0) -> Anchor:
    return Anchor(shard, n, block_hash or f"{n:064x}", "a1b2", "cd" * 64, START + timedelta(seconds=n))


@pytest.fixture(params=["folder"])
def anchors(request: pytest.FixtureRequest, tmp_path: Path) -> Anchors:
    return FolderAnchors(tmp_path / "anchors")


async def kept(anchors: Anchors, after: int = 0, shard: int = 0) -> list[Anchor]:
    return [one async for one in anchors.read(shard, after=after)]


async def test_what_was_written_is_read_in_order(anchors: Anchors):
    assert (await anchors.newest(0), await kept(anchors)) == (None, [])
    await anchors.write([an_anchor(1), an_anchor(2)])
    await anchors.write([an_anchor(3)])
    assert await kept(anchors) == [an_anchor(1), an_anchor(2), an_anchor(3)]
    assert await kept(anchors, after=2) == [an_anchor(3)]
    assert await anchors.newest(0) == an_anchor(3)


async def test_the_same_again_changes_nothing_and_another_is_refused(anchors: Anchors):
    await anchors.write([an_anchor(1), an_anchor(2)])
    await anchors.write([an_anchor(2), an_anchor(3)])
    with pytest.raises(AnchorConflict):
        await anchors.write([an_anchor(2, "ff" * 32), an_anchor(4)])
    assert await kept(anchors) == [an_anchor(1), an_anchor(2), an_anchor(3)]


async def test_shards_do_not_meet(anchors: Anchors):
    await anchors.write([an_anchor(1)])
    await anchors.write([an_anchor(1, "ee" * 32, shard=1)])
    assert await kept(anchors, shard=1) == [an_anchor(1, "ee" * 32, shard=1)]


async def test_a_long_chain_is_read_from_any_place(anchors: Anchors):
    await anchors.write([an_anchor(n) for n in (99_998, 99_999, 100_000, 100_001, 250_000)])
    assert [one.n for one in await kept(anchors, after=99_999)] == [100_000, 100_001, 250_000]
    newest = await anchors.newest(0)
    assert newest is not None
    assert newest.n == 250_000


async def test_a_line_that_was_cut_off_by_a_crash_is_written_anew(tmp_path: Path):
    anchors = FolderAnchors(tmp_path)
    await anchors.write([an_anchor(1), an_anchor(2)])
    (file,) = (tmp_path / "0").iterdir()
    file.write_bytes(file.read_bytes()[:-20])
    assert await anchors.newest(0) == an_anchor(1)
    await anchors.write([an_anchor(2), an_anchor(3)])
    assert await kept(anchors) == [an_anchor(1), an_anchor(2), an_anchor(3)]


async def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path):
    (tmp_path / "anchors").write_text("a file where a folder should be")
    with pytest.raises(AnchorsAway, match="cannot be written"):
        await FolderAnchors(tmp_path / "anchors").write([an_anchor(1)])
