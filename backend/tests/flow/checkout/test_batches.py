"""However orders are gathered into transactions, the answers are the same, and nothing is sold twice."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders.checkout import a_draft
from tests.builders.market import a_market, goods
from velora.flows.checkout.place import place
from velora.modules.inventory import service as inventory
from velora.platform.db import Database
from velora.platform.db.group_commit import in_one_transaction

WISHES = st.lists(st.lists(st.integers(0, 4), min_size=2, max_size=2).filter(any), min_size=1, max_size=6)


async def answers(db: Database, stock: list[int], orders: list[list[int]], batch: int) -> tuple[list[str], list[tuple[int, int]]]:
    """What each order is told when so many share a transaction, and (on hand, reserved) of each article afterwards."""
    market = await a_market(db)
    async with db.begin(None) as uow:
        sold = [await goods(uow, market, f"Lamp {i}", stock=count) for i, count in enumerate(stock)]
    variants = [one.variant_ids[0] for one in sold]
    drafts = [
        await a_draft(db, market, *((variant, wanted) for variant, wanted in zip(variants, order, strict=True) if wanted))
        for order in orders
    ]
    told: list[str] = []
    for start in range(0, len(drafts), batch):
        told += [type(one).__name__ for one in await in_one_transaction(db, place, drafts[start : start + batch])]
    async with db.read(None) as uow:
        left = await inventory.availability(uow, variants)
    return told, [(left[variant].on_hand, left[variant].reserved) for variant in variants]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(stock=st.lists(st.integers(0, 6), min_size=2, max_size=2), orders=WISHES)
async def test_a_batch_answers_as_one_by_one_and_never_oversells(db, stock, orders):
    together, after = await answers(db, stock, orders, len(orders))
    alone, after_alone = await answers(db, stock, orders, 1)
    assert together == alone
    assert after == after_alone
    promised = [sum(order[i] for order, told in zip(orders, together, strict=True) if told == "Placed") for i in (0, 1)]
    assert after == list(zip(stock, promised, strict=True))
    assert all(reserved <= on_hand for on_hand, reserved in after)
    if all(sum(order[i] for order in orders) <= stock[i] for i in (0, 1)):
        assert set(together) == {"Placed"}
