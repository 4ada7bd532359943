"""What every keeper of anchors promises."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from velora.apps.wiring import anchors_of
from velora.platform.anchors.folder import FolderAnchors
from velora.platform.anchors.objects import ObjectAnchors
from velora.platform.anchors.port import Anchor, AnchorConflict, Anchors, AnchorsAway
from velora.platform.settings import BadSettings, Settings, read_settings

START = datetime(2026, 11, 16, 10, 0, 0, 125_000, tzinfo=UTC)


def an_anchor(n: int, block_hash: str = "", shard: int = 0) -> Anchor:
    return Anchor(shard, n, block_hash or f"{n:064x}", "a1b2", "cd" * 64, START + timedelta(seconds=n))


@pytest.fixture(params=["folder", "objects"])
def anchors(request: pytest.FixtureRequest, tmp_path: Path) -> Anchors:
    """As the settings name them."""
    url = request.getfixturevalue("bucket") if request.param == "objects" else ""
    return anchors_of(Settings(home=tmp_path, anchor_url=url))


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


async def test_of_two_who_write_at_once_the_chain_stays_one(anchors: Anchors):
    await anchors.write([an_anchor(1)])
    await asyncio.gather(*(anchors.write([an_anchor(n) for n in range(2, upto)]) for upto in (3, 5, 4, 6)))
    assert await kept(anchors) == [an_anchor(n) for n in range(1, 6)]


def _name_of(bucket: str) -> str:
    return bucket.removeprefix("s3://").partition("/")[0]


def keys_in(s3: str, bucket: str) -> list[str]:
    return re.findall("<Key>(.+?)</Key>", httpx.get(f"{s3}/{_name_of(bucket)}?list-type=2").text)


def put_by_hand(s3: str, bucket: str, key: str) -> None:
    httpx.put(f"{s3}/{_name_of(bucket)}/{key}", content=b"not an anchor").raise_for_status()


def of_another_process(url: str) -> ObjectAnchors:
    return ObjectAnchors(url)


async def test_objects_of_two_processes_make_one_chain(bucket: str):
    """Neither knows what the other has written since it looked; the store refuses the second of two that begin at the same block."""
    one, other = of_another_process(bucket), of_another_process(bucket)
    await one.write([an_anchor(1), an_anchor(2)])
    assert await other.newest(0) == an_anchor(2)
    await asyncio.gather(one.write([an_anchor(3)]), other.write([an_anchor(3), an_anchor(4)]))
    await other.write([an_anchor(3), an_anchor(4)])
    assert await kept(of_another_process(bucket)) == [an_anchor(n) for n in (1, 2, 3, 4)]
    await other.write([an_anchor(5)])
    with pytest.raises(AnchorConflict):
        await one.write([an_anchor(5, "ff" * 32)])
    assert await kept(one) == [an_anchor(n) for n in (1, 2, 3, 4, 5)]


async def test_the_store_itself_refuses_a_second_text(s3: str, bucket: str):
    """Also from a client that looks at nothing first: an object is only ever created."""
    anchors = of_another_process(bucket)
    await anchors.write([an_anchor(1)])
    blind = of_another_process(bucket)
    with pytest.raises(Exception, match="already exists"):
        await blind._create(0, [an_anchor(1, "ff" * 32)])
    assert keys_in(s3, bucket) == [f"books/anchors/0/00000000/{1:020d}.jsonl"]


async def test_a_long_chain_of_small_writes_is_read_in_order_from_any_place(bucket: str):
    anchors = of_another_process(bucket)
    for n in range(99_990, 100_030):
        await anchors.write([an_anchor(n)])
    for after in (99_989, 99_999, 100_000, 100_017, 100_029):
        assert [one.n for one in await kept(of_another_process(bucket), after=after)] == list(range(after + 1, 100_030))
    assert (await of_another_process(bucket).newest(0)) == an_anchor(100_029)


async def test_an_object_of_others_is_passed_over(s3: str, bucket: str):
    anchors = of_another_process(bucket)
    await anchors.write([an_anchor(1)])
    for key in ("books/anchors/0/readme.txt", "books/anchors/0/00000000/notes.jsonl", f"books/anchors/0/00000000/{9:020d}.jsonl"):
        put_by_hand(s3, bucket, key)
    assert await kept(of_another_process(bucket)) == [an_anchor(1)]
    assert await of_another_process(bucket).newest(0) == an_anchor(1)


async def test_a_bucket_that_is_not_there_and_a_store_that_is_away_are_said(bucket: str, monkeypatch: pytest.MonkeyPatch):
    for anchors in (of_another_process("s3://nobody-made-this/anchors"), None):
        if anchors is None:
            monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        away = anchors or of_another_process(bucket)
        with pytest.raises(AnchorsAway, match="cannot be read"):
            await away.newest(0)
        with pytest.raises(AnchorsAway):
            await away.write([an_anchor(1)])


def test_an_address_that_is_none_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for wrong in ("ftp://somewhere", "s3://", "bucket/prefix", "s3://key:secret@bucket/x"):
        monkeypatch.setenv("VELORA_ANCHOR_URL", wrong)
        with pytest.raises(BadSettings, match="VELORA_ANCHOR_URL should look like s3://bucket/prefix"):
            read_settings()
    assert anchors_of(Settings(anchor_url=f"file://{tmp_path}/seals")).place == f"{tmp_path}/seals"


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
