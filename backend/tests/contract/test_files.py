"""What platform/files/port.py promises, over a folder and over the S3 of the tests."""

import os
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from velora.apps.wiring import files_of, others_in_pages
from velora.kernel.clock import ManualClock, SystemClock
from velora.platform.files import Files, FilesAway, TooLarge
from velora.platform.files.tickets import BadTicket, Ticket, Tickets
from velora.platform.settings import BadSettings, Settings, read_settings

MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["folder", "objects"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    """As the settings name them."""
    url = request.getfixturevalue("bucket") if request.param == "objects" else f"file://{tmp_path}/somewhere"
    return files_of(Settings(home=tmp_path, files_url=url), SystemClock())


async def put(files: Files, key: str, content: bytes = b"a lamp") -> None:
    await files.put(key, content, media_type="image/png")


async def below(files: Files, prefix: str) -> dict[str, int]:
    return {one.key: one.size async for one in files.list(prefix)}


async def test_a_file_is_read_as_it_was_put(files: Files):
    assert (await files.read("sel_1/a.png", at_most=100), await files.size("sel_1/a.png")) == (None, None)
    await put(files, "sel_1/a.png", b"\x00lamp\xff")
    assert (await files.read("sel_1/a.png", at_most=6), await files.size("sel_1/a.png")) == (b"\x00lamp\xff", 6)
    await put(files, "sel_1/a.png", b"another")
    assert await files.read("sel_1/a.png", at_most=100) == b"another"


async def test_what_is_larger_than_its_reader_can_use_is_not_read(files: Files):
    await put(files, "a", b"x" * 101)
    with pytest.raises(TooLarge):
        await files.read("a", at_most=100)


async def test_a_file_comes_in_pieces_and_in_whole_or_not_at_all(files: Files):
    async def pieces(*, break_off: bool) -> AsyncIterator[bytes]:
        for _ in range(12):
            yield b"x" * 1_000_000
        if break_off:
            raise ValueError("the line is cut")

    await files.put("large", pieces(break_off=False), media_type="text/csv")
    assert await files.size("large") == 12_000_000
    with pytest.raises(ValueError, match="the line is cut"):
        await files.put("broken", pieces(break_off=True), media_type="text/csv")
    assert await files.size("broken") is None
    assert await below(files, "broken") == {}


async def test_what_is_removed_is_gone_and_what_was_not_there_is_no_error(files: Files):
    for key in ("a/1", "a/2", "b/1"):
        await put(files, key)
    await files.remove(["a/1", "never/there", "a/2"])
    await files.remove(["never/there"])
    await files.remove([])
    assert await below(files, "a") | await below(files, "b") == {"b/1": 6}


async def test_a_list_has_what_lies_below_whole_words(files: Files):
    for key in ("sel_1/a/x", "sel_1/b", "sel_12/a"):
        await put(files, key)
    assert await below(files, "sel_1") == {"sel_1/a/x": 6, "sel_1/b": 6}
    assert await below(files, "sel_1/a/") == {"sel_1/a/x": 6}
    assert await below(files, "sel_2") == {}


async def test_a_store_that_answers_answers_a_ping(files: Files):
    await files.ping()


# --------------------------------------------------------------------------------------- who may reach one from outside


async def test_a_bucket_gives_addresses_that_put_and_get_one_file_and_nothing_else(s3: str, bucket: str, tmp_path: Path):
    files = files_of(Settings(home=tmp_path, files_url=bucket), SystemClock())
    assert files.origin == s3
    upload = await files.upload_to("sel_1/in", media_type="image/png", size=6, lasts=MINUTE)
    assert upload.headers == {"Content-Type": "image/png"}
    assert (upload.until - datetime.now(UTC)).total_seconds() == pytest.approx(60, abs=5)
    async with httpx.AsyncClient() as browser:
        (await browser.put(upload.url, content=b"a lamp", headers=upload.headers)).raise_for_status()
        assert await files.read("sel_1/in", at_most=10) == b"a lamp"
        await files.put("sel_1/out", b"sku\n", media_type="text/csv", name='prod"ucts ä.csv')
        got = await browser.get(await files.link_to("sel_1/out", media_type="text/csv", name="products.csv", lasts=MINUTE))
    assert (got.content, got.headers["content-type"]) == (b"sku\n", "text/csv")
    assert got.headers["content-disposition"] == "attachment; filename=\"prod_ucts _.csv\"; filename*=UTF-8''prod%22ucts%20%C3%A4.csv"


async def test_signed_addresses_name_the_object_the_verb_and_their_end(bucket: str, tmp_path: Path):
    """The S3 of the tests takes any signature, so what is signed is looked at: S3 itself refuses what differs from it."""
    files = files_of(Settings(home=tmp_path, files_url=bucket), SystemClock())
    put_to = httpx.URL((await files.upload_to("sel_1/in", media_type="image/png", size=6, lasts=MINUTE)).url)
    get_from = httpx.URL(await files.link_to("sel_1/in", media_type="image/png", name="", lasts=5 * MINUTE))
    assert put_to.path == get_from.path
    assert put_to.path.endswith("/sel_1/in")
    assert (put_to.params["X-Amz-Expires"], get_from.params["X-Amz-Expires"]) == ("60", "300")
    assert put_to.params["X-Amz-Signature"] != get_from.params["X-Amz-Signature"]


def test_pages_may_reach_the_store_that_files_are_put_in(s3: str, bucket: str, tmp_path: Path):
    assert others_in_pages(Settings(home=tmp_path, files_url=bucket)) == {"connect-src": (s3,)}
    assert others_in_pages(Settings(home=tmp_path)) == {}


# --------------------------------------------------------------------------------------------------- tickets of a folder

NOW = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
A_TICKET = Ticket("put", "sel_1/in", "image/png", int((NOW + MINUTE).timestamp()), size=6)


def test_a_ticket_says_what_was_written_until_its_time_is_over():
    tickets = Tickets(b"a key")
    text = tickets.write(A_TICKET)
    assert tickets.read(text, "put", NOW) == A_TICKET
    with pytest.raises(BadTicket, match="time of this address is over"):
        tickets.read(text, "put", NOW + MINUTE)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "",
        lambda text: text[:-4],
        lambda text: text.partition(".")[0],
        lambda text: Tickets(b"another key").write(A_TICKET),
        lambda text: Tickets(b"a key").write(Ticket("put", "sel_2/in", "image/png", A_TICKET.until, 6)).partition(".")[0]
        + "." + text.partition(".")[2],
        lambda text: "ä" + text,
    ],
    ids=["empty", "cut off", "unsigned", "of another key", "of another file", "no ascii"],
)  # fmt: skip
def test_a_ticket_that_was_changed_is_refused(change: Callable[[str], str]):
    tickets = Tickets(b"a key")
    with pytest.raises(BadTicket, match="not given out here"):
        tickets.read(change(tickets.write(A_TICKET)), "put", NOW)


def test_a_ticket_to_put_does_not_get():
    with pytest.raises(BadTicket, match="something else"):
        Tickets(b"a key").read(Tickets(b"a key").write(A_TICKET), "get", NOW)


async def test_a_folder_gives_tickets_for_our_own_routes(tmp_path: Path):
    files = files_of(Settings(home=tmp_path), ManualClock(NOW))
    upload = await files.upload_to("sel_1/in", media_type="image/png", size=6, lasts=MINUTE)
    assert (files.origin, upload.until) == ("", NOW + MINUTE)
    assert upload.url.startswith("/api/v1/files/")
    key = (tmp_path / "secret.key").read_text().encode()
    assert Tickets(key).read(upload.url.rpartition("/")[2], "put", NOW) == A_TICKET


# ------------------------------------------------------------------------------------------------------------- trouble


async def test_a_bucket_that_does_not_answer_is_said_to_be_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int):
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{unused_tcp_port}", "AWS_ACCESS_KEY_ID": "velora", "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_REGION": "us-east-1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    files = files_of(Settings(home=tmp_path, files_url="s3://nowhere/files"), SystemClock())
    with pytest.raises(FilesAway, match="s3://nowhere/files cannot be read"):
        await files.ping()


@pytest.fixture
def a_folder_that_nobody_may_write(tmp_path: Path) -> Path:
    """A file lies where the folder should be."""
    (tmp_path / "files" / "sel_1").parent.mkdir()
    (tmp_path / "files" / "sel_1").write_text("in the way")
    return tmp_path


async def test_a_folder_that_cannot_be_written_is_away(a_folder_that_nobody_may_write: Path):
    files = files_of(Settings(home=a_folder_that_nobody_may_write), SystemClock())
    with pytest.raises(FilesAway, match="cannot be written"):
        await put(files, "sel_1/a")


@pytest.mark.parametrize("url", ["/somewhere", "https://bucket.example.com", "s3://user@bucket"])
def test_an_address_that_is_no_place_for_files_is_refused(url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(os.environ, "VELORA_FILES_URL", url)
    with pytest.raises(BadSettings, match="VELORA_FILES_URL should look like s3://bucket/prefix"):
        read_settings()
