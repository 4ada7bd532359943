"""The demo world: all of it is there, its books are right, and loading it again changes nothing."""

from collections import Counter
from hashlib import sha256

from sqlalchemy import func, select

from tests.flow.demo_world.conftest import SIX_WEEKS, Loaded
from velora.flows.bookkeeping.verify import verify
from velora.flows.demo_world.data import MARKETS
from velora.flows.demo_world.load import load_demo
from velora.flows.demo_world.searching import DAYS, SEARCHES
from velora.flows.demo_world.strays import STRAYS
from velora.flows.fx import book as fx
from velora.flows.merchandising.arranging import arranged
from velora.modules.identity import service as identity
from velora.modules.inventory import service as inventory
from velora.modules.ledger import service as ledger
from velora.modules.merchandising import service as merchandising
from velora.modules.merchandising.service import Seen
from velora.modules.orders import service as orders
from velora.modules.payments.models import PaymentIntent, PaymentRefund
from velora.modules.payments.service import IntentState
from velora.modules.payouts import service as payouts
from velora.modules.returns import service as returns
from velora.modules.returns.models import ReturnRequest
from velora.platform.bus.relaying import lag, parked
from velora.platform.db import ACROSS_TENANTS, Base, Database
from velora.platform.search.port import Query


async def test_its_books_are_right(loaded: Loaded) -> None:
    assert [check for check in (await verify(loaded.house.db)).checks if check.count] == []


async def test_the_gateway_charged_exactly_what_was_captured(loaded: Loaded) -> None:
    totals = await loaded.gateway.totals()
    async with loaded.house.db.read(None) as uow:
        captured = select(
            PaymentIntent.currency, func.count(), func.sum(PaymentIntent.captured_minor), func.sum(PaymentIntent.refunded_minor)
        )
        by_card = captured.where(PaymentIntent.state == "captured", PaymentIntent.method == "card")
        statement = by_card.group_by(PaymentIntent.currency)
        rows = await uow.all(statement.execution_options(**ACROSS_TENANTS))
        open_ = select(PaymentIntent.currency, PaymentIntent.state, PaymentIntent.capture, PaymentIntent.amount_minor)
        open_ = open_.where(PaymentIntent.state.in_(("unknown", "authorised")))
        waiting = await uow.all(open_.execution_options(**ACROSS_TENANTS))
    strays = Counter({loaded.world.markets[slug].currency: amount for slug, amount in STRAYS})
    unheard, held = Counter[str](), Counter[str]()
    for currency, state, capture, amount in waiting:
        (held if capture == "later" else unheard)[currency] += amount if (state, capture) != ("authorised", "now") else 0
    charges = sum(row[1] for row in rows) + sum(1 for row in waiting if (row[1], row[2]) == ("unknown", "now")) + len(STRAYS)
    assert charges == totals.charges, "some are charged and not heard of, some match nothing"
    assert +held == Counter(totals.held_minor)
    assert {row[0]: int(row[3]) for row in rows} == totals.refunded_minor
    assert Counter({row[0]: int(row[2]) for row in rows}) + strays + unheard == Counter(totals.charged_minor)


async def test_nordmarkt_sold_refunded_and_paid_out_in_kroner_and_the_gateway_changed_some(loaded: Loaded) -> None:
    market = loaded.world.markets["nordmarkt"]
    async with loaded.house.db.read(None) as uow:
        standing = await ledger.trial_balance(uow, tenant_id=market.id, currency="DKK")
        everywhere = await ledger.trial_balance(uow, tenant_id=None, currency="DKK")
        paid = [one for one in await payouts.listed(uow, limit=500) if one.currency == "DKK"]
        refunds = select(PaymentRefund.state).where(PaymentRefund.currency == "DKK").execution_options(**ACROSS_TENANTS)
        refunded = set(await uow.entities(refunds))
        book = await fx.read(uow, market.id)
    codes = {row.account.code.partition(":")[0]: row for row in standing}
    assert codes.keys() >= {"1010", "2010", "4010", "4030"}
    assert {row.account.tenant_id for row in everywhere} == {market.id}
    assert {one.state for one in paid} == {"paid"}
    assert refunded == {"succeeded"}
    assert [one.payload["rate"] for one in book.conversions] == ["0.1339"]
    assert {one.currency: one.balance_minor for one in book.exchange} == {"DKK": -95_000, "EUR": 12_721}


async def test_there_are_orders_in_every_state(loaded: Loaded) -> None:
    states = dict(loaded.summary.orders)
    assert set(states) == {state.value for state in orders.State}
    assert sum(states.values()) > 300
    assert states["completed"] > 100


async def test_there_are_payments_and_returns_in_every_state(loaded: Loaded) -> None:
    async with loaded.house.db.read(None) as uow:
        intents = await uow.entities(select(PaymentIntent.state).distinct().execution_options(**ACROSS_TENANTS))
        found = await uow.entities(select(ReturnRequest.state).distinct().execution_options(**ACROSS_TENANTS))
        refunds = await uow.entities(select(PaymentRefund.state).distinct().execution_options(**ACROSS_TENANTS))
    being_asked = {IntentState.AUTHORISING, IntentState.CAPTURING}  # for as long as the gateway takes to answer
    assert set(intents) == {state.value for state in IntentState} - being_asked
    assert set(found) == {"requested", "approved", "declined", "refunded"}
    assert set(refunds) == {"requested", "succeeded"}


async def test_nordlauf_has_seven_to_ship_two_late_and_two_returns_to_decide(loaded: Loaded) -> None:
    seller_id = loaded.world.sellers["nordlauf"]
    async with loaded.house.db.read(None) as uow:
        counts = await orders.count_of_seller(uow, seller_id, orders.TO_SHIP)
        late = await orders.late_of_seller(uow, seller_id)
        waiting = await returns.open_count(uow, seller_id)
        low = await inventory.count_low(uow, seller_id)
    assert (counts["paid"] + counts["authorised"], counts["partly_shipped"], late, waiting) == (6, 1, 2, 2)
    assert low > 0


async def test_sellers_were_paid_and_one_bank_refused(loaded: Loaded) -> None:
    async with loaded.house.db.read(None) as uow:
        found = await payouts.listed(uow, limit=500)
    assert {payout.state for payout in found} == {"paid", "failed"}
    assert {payout.tenant_id for payout in found} == {place.id for place in loaded.world.markets.values()}
    assert {loaded.world.seller_of(payout.seller_id) for payout in found if payout.state == "failed"} == {"orchard-row"}


async def test_every_role_has_an_account_on_the_sign_in_page(loaded: Loaded) -> None:
    async with loaded.house.db.read(None) as uow:
        shown = [(one.role, one.place) for one in await identity.demo_accounts(uow)]
    assert {role for role, _ in shown} == {"Buyer", "Seller", "Marketplace admin", "Finance", "Super admin"}
    assert {("Seller", "Nordlauf, owner"), ("Seller", "Nordlauf, staff"), ("Buyer", "Nordmarkt")} <= set(shown)


async def test_everybody_was_told_and_everything_is_found(loaded: Loaded) -> None:
    assert (await lag(loaded.house.db))[0] == 0
    assert await parked(loaded.house.db) == {}
    for slug in MARKETS:
        found = await loaded.house.search.search(
            loaded.world.markets[slug].id, Query(loaded.world.markets[slug].currency, text="halo headphones")
        )
        assert "halo-wireless-headphones" in {hit.card[loaded.world.markets[slug].currency]["slug"] for hit in found.hits}


async def test_each_marketplace_has_synonyms_a_rule_and_searches_behind_it(loaded: Loaded) -> None:
    for slug, wanted in SEARCHES.items():
        tenant = loaded.world.markets[slug]
        async with loaded.house.db.read(tenant.id) as uow:
            wishes = await merchandising.wishes(uow, tenant.id)
            missed = await merchandising.most_frequent(uow, tenant.id, Seen.MISSED, days=DAYS, limit=100)
            found = await merchandising.most_frequent(uow, tenant.id, Seen.FOUND, days=DAYS, limit=100)
        assert {one.shown: one.found for one in found} == wanted.found
        assert {one.shown: one.missed for one in missed} == wanted.missed
        query = arranged(Query(tenant.currency, text=wanted.query), wishes, loaded.house.clock.now())
        first = (await loaded.house.search.search(tenant.id, query)).hits[: len(wanted.first)]
        assert tuple(hit.card[tenant.currency]["title"] for hit in first) == wanted.first
        for words, is_there in [*((words, True) for words in wanted.found), *((words, False) for words in wanted.missed)]:
            looked = await loaded.house.search.search(tenant.id, arranged(Query(tenant.currency, words), wishes, loaded.house.clock.now()))
            as_typed = looked.total > 0 and looked.did_you_mean is None and looked.relaxed is None
            assert as_typed is is_there, (slug, words)


async def test_loading_it_again_changes_nothing(loaded: Loaded) -> None:
    before = await contents(loaded.house.db)
    again = await load_demo(loaded.house, lasts=SIX_WEEKS)
    assert not again.fresh
    assert again.orders == loaded.summary.orders
    assert await contents(loaded.house.db) == before


async def contents(db: Database) -> dict[str, str]:
    """A digest of every row of every table."""
    found: dict[str, str] = {}
    async with db.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            rows = sorted(repr(tuple(row)) for row in await connection.execute(select(table)))
            found[table.name] = f"{len(rows)} {sha256(''.join(rows).encode()).hexdigest()}"
    return found
