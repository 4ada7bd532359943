"""The judged set is whole, and what is found is what was meant."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.builders.search import ENGINES, an_engine
from velora.apps.bench.judged import DEMO, OWN, judged
from velora.apps.bench.relevance import Shop, all_shops, fill, mean, ndcg, scores
from velora.platform.search import SearchIndex

FLOOR = 0.97
"""nDCG@10 over all queries, in each engine. Who tunes raises it; who lowers it says why."""

EACH_LANGUAGE = 15
EACH_KIND = 10


@pytest.fixture(scope="module")
async def shops(tmp_path_factory: pytest.TempPathFactory) -> list[Shop]:
    return await all_shops(tmp_path_factory.mktemp("relevance"))


@pytest.fixture(params=ENGINES)
async def index(request: pytest.FixtureRequest, shops: list[Shop], tmp_path: Path) -> AsyncIterator[SearchIndex]:
    async with an_engine(request.param, tmp_path) as made:
        await fill(made, shops)
        yield made


async def test_what_is_found_is_what_was_meant(index: SearchIndex, shops: list[Shop]) -> None:
    assert mean(await scores(index, shops)) >= FLOOR


async def test_every_judged_product_is_on_sale_once(shops: list[Shop]) -> None:
    for shop in shops:
        there = Counter(document.title for document in shop.documents)
        meant = {title for query in shop.queries for title in query.grades}
        assert [title for title in sorted(meant) if there[title] != 1] == [], shop.name


@pytest.mark.parametrize("name", [*DEMO, *OWN])
def test_every_query_is_there_once_and_grades_each_product_once(name: str) -> None:
    queries = judged(name).queries
    assert [words for words, times in Counter(query.words for query in queries).items() if times > 1] == []
    for query in queries:
        assert query.best, query.words
        assert len(query.grades) == len(query.best) + len(query.good) + len(query.near), query.words


def test_every_kind_and_every_language_is_judged_often_enough_to_say_something() -> None:
    kinds = Counter(query.kind for name in (*DEMO, *OWN) for query in judged(name).queries)
    assert min(kinds.values()) >= EACH_KIND, kinds
    assert {judged(name).locale[:2] for name in OWN} == {"de", "fr", "es", "ar"}
    assert min(len(judged(name).queries) for name in OWN) >= EACH_LANGUAGE
    assert sum(len(judged(name).queries) for name in DEMO) >= 120


@pytest.mark.parametrize(
    ("came", "worth"),
    [
        (["a", "b", "c"], 1.0),
        ([], 0.0),
        (["x", "y"], 0.0),
        (["b", "a", "c"], (3 + 7 / 1.5849625 + 0.5) / (7 + 3 / 1.5849625 + 0.5)),
        (["x"] * 10 + ["a"], 0.0),  # nobody looks behind the tenth
    ],
)
def test_what_stands_further_down_is_worth_less(came: list[str], worth: float) -> None:
    assert ndcg({"a": 3, "b": 2, "c": 1}, came) == pytest.approx(worth)
