"""Money is changed by an explicit journal: at its stated rate, once, and with a second person when it is much."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.builders.figures import count_today
from tests.builders.people import a_tenant, an_account
from velora.flows.bookkeeping.verify import verify
from velora.flows.four_eyes.decide import Decision, approve
from velora.flows.fx import book
from velora.flows.fx.posting import Changed, Conversion
from velora.flows.fx.record import Recorded, Wish, record
from velora.flows.screens.finance.books.overview import overview
from velora.flows.second_person import Hand
from velora.kernel.errors import Invalid
from velora.kernel.principal import Role
from velora.modules.approvals.errors import AlreadyAsked
from velora.modules.ledger import service as ledger
from velora.modules.ledger.errors import KeyReused
from velora.modules.ledger.policy import CONVERTED, AccountRef, Journal, Leg
from velora.platform.db import Database, UnitOfWork

A_DAY = datetime(2026, 4, 17, 12, tzinfo=UTC)
BY = Hand("account:7")


def a_conversion(tenant_id: int) -> Conversion:
    """1,000.00 EUR at 1.0842 brought 1,084.20 USD."""
    sold, bought = Changed("bank", 100_000, "EUR"), Changed("gateway", 108_420, "USD")
    return Conversion(tenant_id, "FX-0417", sold, bought, "1.0842", "Statement of 17 April", A_DAY)


def alone(conversion: Conversion) -> Wish:
    return Wish(conversion, BY, second_person_from_minor=10**12)


async def broken(db: Database, tenant_id: int) -> set[int]:
    return {one.number for one in (await verify(db, tenant_id)).checks if one.count}


async def balances(uow: UnitOfWork, tenant_id: int) -> dict[tuple[str, str], int]:
    found = await ledger.balances(uow, {(tenant_id, code) for code in ("1010", "1020", "4030")})
    return {(code, currency): amount for (_, code, currency), amount in found.items()}


async def test_each_currency_balances_by_itself_and_4030_keeps_both_sides(db: Database):
    async with db.begin(None) as uow:
        tenant_id = (await a_tenant(uow)).id
        [done] = await record(uow, [alone(a_conversion(tenant_id))])
        assert isinstance(done, Recorded)
        assert done.approval_id is None
        found = await balances(uow, tenant_id)
        assert found == {("1020", "EUR"): -100_000, ("4030", "EUR"): -100_000, ("1010", "USD"): 108_420, ("4030", "USD"): 108_420}
        rows = await ledger.trial_balance(uow, tenant_id=tenant_id)
        for currency in ("EUR", "USD"):
            mine = [row for row in rows if row.account.currency == currency]
            assert sum(row.debit_minor - row.credit_minor for row in mine) == 0
        shown = await book.read(uow, tenant_id)
    assert [one.payload["rate"] for one in shown.conversions] == ["1.0842"]
    assert {one.currency: one.balance_minor for one in shown.exchange} == {"EUR": -100_000, "USD": 108_420}
    assert await broken(db, tenant_id) == set()


async def test_what_is_changed_at_the_gateway_is_neither_sold_nor_refunded(db: Database):
    async with db.begin(None) as uow:
        tenant_id = (await a_tenant(uow)).id
        away = Conversion(
            tenant_id, "FX-1", Changed("gateway", 2_000, "EUR"), Changed("gateway", 2_160, "USD"), "1.08", "A statement", uow.now
        )
        await record(uow, [alone(away)])
        await count_today(uow, tenant_id)
        shown = await overview(uow, tenant_id)
    assert [(one.currency, one.gmv, one.refunded) for one in shown.currencies] == [("EUR", 0, 0), ("USD", 0, 0)]
    assert (shown.daily, shown.journals) == ([], 1)


async def test_the_same_reference_stands_once_and_other_figures_under_it_are_refused(db: Database):
    async with db.begin(None) as uow:
        tenant_id = (await a_tenant(uow)).id
        conversion = a_conversion(tenant_id)
        [first] = await record(uow, [alone(conversion)])
        [again] = await record(uow, [alone(conversion)])
        [other] = await record(uow, [alone(replace(conversion, bought=Changed("gateway", 108_421, "USD")))])
        assert first == again
        assert isinstance(other, KeyReused)
        assert (await balances(uow, tenant_id))["1020", "EUR"] == -100_000


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"bought": Changed("bank", 108_422, "USD")}, "/bought/amount"),
        ({"bought": Changed("bank", 100_000, "EUR")}, "/bought/currency"),
        ({"bought": Changed("bank", 1, "EU")}, "/bought/currency"),
        ({"sold": Changed("bank", 0, "EUR")}, "/sold/amount"),
        ({"sold": Changed("till", 100_000, "EUR")}, "/sold/account"),
        ({"rate": "one"}, "/rate"),
        ({"rate": "0"}, "/rate"),
        ({"rate": "1.1.1"}, "/rate"),
        ({"source": " "}, "/source"),
        ({"reference": ""}, "/reference"),
    ],
)
async def test_what_is_not_plainly_right_is_refused_with_what_to_do(uow: UnitOfWork, changes: dict[str, object], pointer: str):
    wanted = replace(a_conversion((await a_tenant(uow)).id), **changes)  # pyright: ignore[reportArgumentType] -- by name
    [refused] = await record(uow, [alone(wanted)])
    assert isinstance(refused, Invalid)
    assert refused.pointer == pointer


async def test_a_wrong_amount_is_told_with_the_figure_that_the_rate_gives(uow: UnitOfWork):
    wrong = replace(a_conversion((await a_tenant(uow)).id), bought=Changed("bank", 110_000, "USD"))
    [refused] = await record(uow, [alone(wrong)])
    assert isinstance(refused, Invalid)
    assert "USD 1,084.20" in refused.problem


async def test_from_a_limit_on_nothing_is_posted_until_a_second_person_agrees(db: Database):
    async with db.begin(None) as uow:
        tenant_id = (await a_tenant(uow)).id
        asks, agrees = (await an_account(uow)).id, (await an_account(uow)).id
        wish = Wish(a_conversion(tenant_id), Hand(f"account:{asks}"), second_person_from_minor=100_000)
        [waiting] = await record(uow, [wish])
        assert isinstance(waiting, Recorded)
        assert waiting.approval_id is not None
        assert await balances(uow, tenant_id) == {}
        assert isinstance((await record(uow, [wish]))[0], AlreadyAsked)
    decision = Decision(tenant_id, waiting.approval_id, Hand(f"account:{agrees}"), frozenset({Role.FINANCE}))
    async with db.begin(None) as uow:
        await approve(uow, [decision])
    async with db.read(None) as uow:
        assert (await balances(uow, tenant_id))["4030", "USD"] == 108_420
    assert await broken(db, tenant_id) == set()


async def test_no_other_journal_mixes_currencies(uow: UnitOfWork):
    legs = (Leg(AccountRef("1010"), AccountRef("1020"), 5), Leg(AccountRef("1010"), AccountRef("1020"), 5, "USD"))
    with pytest.raises(ValueError, match="mixes currencies"):
        await ledger.post(uow, [Journal((await a_tenant(uow)).id, "k", "capture", "EUR", legs, A_DAY)])


async def test_a_conversion_that_is_not_at_its_stated_rate_is_found(db: Database):
    async with db.begin(None) as uow:
        tenant_id = (await a_tenant(uow)).id
        exchange, bank = AccountRef("4030"), AccountRef("1020")
        legs = (Leg(exchange, bank, 100_000, "EUR"), Leg(bank, exchange, 99_000, "USD"))
        sides = {"sold": {"amount": 100_000, "currency": "EUR"}, "bought": {"amount": 99_000, "currency": "USD"}}
        await ledger.post(uow, [Journal(tenant_id, "fx:x", CONVERTED, "EUR", legs, A_DAY, payload={**sides, "rate": "1.0842"})])
    assert await broken(db, tenant_id) == {4}
