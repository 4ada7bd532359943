"""`velora search`: the index is built, looked at, doubted and taken back; one command is killed and the next goes on."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from tests.needs import needs_url
from velora.apps.bench.catalogue import Catalogue, make_catalogue
from velora.apps.cli import app
from velora.apps.cli.console import run
from velora.apps.cli.home import at_home
from velora.apps.wiring import search_of
from velora.flows.house import TradingHouse
from velora.platform.search import Key, Stage
from velora.platform.settings import read_settings

PRODUCTS = 5_000

Velora = Callable[..., Result]


@pytest.fixture(params=["tantivy", "opensearch"])
def velora(request: pytest.FixtureRequest, tmp_path, monkeypatch: pytest.MonkeyPatch) -> Generator[Velora]:
    """Commands in an installation of this test's own, with the schema."""
    monkeypatch.setenv("VELORA_HOME", str(tmp_path / "home"))
    if request.param == "opensearch":
        monkeypatch.setenv("VELORA_OPENSEARCH_URL", f"{needs_url('VELORA_TEST_OPENSEARCH_URL')}/test-{uuid4().hex[:10]}?replicas=0")
    runner = CliRunner()

    def command(*words: str) -> Result:
        return runner.invoke(app, [*words], catch_exceptions=False)

    assert command("db", "upgrade").exit_code == 0
    yield command
    run(swept())


async def swept() -> None:
    search = search_of(read_settings())
    for one in await search.generations():
        await search.discard(one.name)
    await search.close()


@asynccontextmanager
async def at_home_here() -> AsyncGenerator[TradingHouse]:
    async with at_home(read_settings()) as house:
        yield house


def a_catalogue(products: int) -> Catalogue:
    async def make() -> Catalogue:
        async with at_home_here() as house:
            return await make_catalogue(house, products)

    return run(make())


def answer(result: Result) -> Any:
    return json.loads(result.stdout)


def test_the_index_is_built_looked_at_doubted_and_taken_back(velora):
    assert velora("search", "status").exit_code == 1
    assert answer(velora("search", "status", "--json"))["live"] is False
    made = a_catalogue(30)
    first = answer(velora("search", "reindex", "--json"))
    assert (first["documents"], first["resumed_at"], first["removed"]) == (30, 0, 0)
    assert "30 products can be found." in velora("search", "reindex", "--tenant", made.slug).stdout
    verified = answer(velora("search", "verify", "--all", "--json"))
    assert verified == {"well": True, "compared": 30, "wrong": [], "counts": [{"tenant": made.slug, "indexed": 30, "on_sale": 30}]}
    refused = velora("search", "rollback")
    assert (refused.exit_code, "No earlier index" in refused.stderr) == (1, True)
    second = answer(velora("search", "reindex", "--json"))
    assert answer(velora("search", "rollback", "--json")) == {**first, "documents": 30}
    status = answer(velora("search", "status", "--json"))
    assert {one["index"]: one["stage"] for one in status["generations"]} == {second["index"]: "kept", first["index"]: "live"}
    table = velora("search", "status").stdout
    assert first["index"] in table
    assert "live" in table


def test_a_difference_is_told_with_an_exit_code(velora, monkeypatch):
    monkeypatch.setattr("velora.flows.indexing.verify.LOOKS", 1)
    made = a_catalogue(3)
    velora("search", "reindex")

    async def spoil() -> None:
        async with at_home_here() as house:
            await house.search.write([], [Key(made.tenant_id, made.things[0].listing_id)], version=1 << 60)

    run(spoil())
    told = velora("search", "verify")
    assert told.exit_code == 1
    assert f"{made.slug} has 2 documents for 3 products on sale" in told.stdout
    assert answer(velora("search", "verify", "--json"))["wrong"] == [
        {"tenant_id": made.tenant_id, "listing_id": made.things[0].listing_id, "is": "is not found"}
    ]


def test_a_reindex_that_is_killed_leaves_the_index_as_it_was_and_the_next_one_goes_on(velora):
    a_catalogue(PRODUCTS)
    velora("search", "reindex")
    before = answer(velora("search", "status", "--json"))["generations"]

    async def kill_half_way() -> int:
        async with at_home_here() as house:
            asked = "from velora.apps.cli import main; main()"
            killed = await asyncio.create_subprocess_exec(sys.executable, "-c", asked, "search", "reindex")
            while True:
                under_way = [one for one in await house.search.generations() if one.stage is Stage.BUILDING]
                if under_way and under_way[0].notes.done:
                    killed.kill()
                    return await killed.wait()
                assert killed.returncode is None, "it was quicker than we"
                await asyncio.sleep(0.01)

    assert run(kill_half_way()) == -9
    [under_way, live] = answer(velora("search", "status", "--json"))["generations"]
    assert (under_way["stage"], live | {"bytes": 0}) == ("building", before[0] | {"bytes": 0})
    assert answer(velora("search", "verify", "--json"))["well"]
    built = answer(velora("search", "reindex", "--json"))
    assert (built["documents"], built["index"]) == (PRODUCTS, under_way["index"])
    assert 0 < built["resumed_at"] < PRODUCTS


def test_an_engine_that_is_not_there_is_exit_code_three_and_a_finding_of_the_doctor(velora, monkeypatch):
    monkeypatch.setenv("VELORA_OPENSEARCH_URL", "http://127.0.0.1:9/velora")
    told = velora("search", "status")
    assert (told.exit_code, "velora doctor says more" in told.stderr) == (3, True)
    [finding] = [one for one in answer(velora("doctor", "--json"))["findings"] if one["subject"] == "search"]
    assert (finding["state"], "VELORA_OPENSEARCH_URL" in finding["mend"]) == ("wrong", True)
    monkeypatch.setenv("VELORA_OPENSEARCH_URL", "http://127.0.0.1:9/velora?replicas=lots")
    wrong = velora("search", "status")
    assert (wrong.exit_code, "VELORA_OPENSEARCH_URL should look like https://" in wrong.stderr) == (2, True)
    monkeypatch.delenv("VELORA_OPENSEARCH_URL")


def test_the_doctor_says_which_engine_and_how_many(velora):
    def search() -> dict[str, Any]:
        [found] = [one for one in answer(velora("doctor", "--json"))["findings"] if one["subject"] == "search"]
        return found

    assert (search()["state"], "empty" in search()["says"]) == ("ok", True)
    made = a_catalogue(3)
    assert (search()["state"], made.slug in search()["says"], "velora search reindex" in search()["mend"]) == ("wrong", True, True)
    velora("search", "reindex")
    told = search()
    assert (told["state"], told["says"].endswith(", 3 products")) == ("ok", True)
    assert told["says"].startswith(("tantivy 0.", "OpenSearch 2."))
