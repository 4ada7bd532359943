"""What no gateway can give back is sent by a person: posted first, settled once, or put back where it was."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.builders.orders import Paid
from tests.builders.receipts import ADA, GRACE, LIMITS, a_receipt, an_awaited_order, comes
from tests.builders.shop import Shop
from velora.flows.bookkeeping.verify import verify
from velora.flows.four_eyes import decide
from velora.flows.four_eyes.decide import Decision
from velora.flows.postings import BANK, REFUND_CLEARING, SUSPENSE
from velora.flows.refund.cancel import Cancellation, cancel
from velora.flows.refund.settle import sweep_refunds
from velora.flows.second_person import Hand
from velora.flows.suspense.send import sweep_suspense
from velora.flows.suspense.settle import Wish, settle
from velora.flows.transfers.made import Said, say
from velora.kernel.clock import ManualClock
from velora.kernel.errors import NotFound, Refusal
from velora.kernel.ids import encode
from velora.kernel.principal import Role
from velora.modules.ledger import service as ledger
from velora.modules.payments import service as payments
from velora.modules.suspense import service as suspense
from velora.modules.suspense.service import CaseFacts, CaseState, Settlement
from velora.modules.transfers import service as transfers
from velora.modules.transfers.errors import NoPayee, NotToMake
from velora.modules.transfers.policy import PAYEE_KEPT
from velora.modules.transfers.service import Payee, TransferFacts, TransferState

FINANCE = frozenset({Role.FINANCE})
DAY = date(2026, 4, 20)
ADAS = Payee("Ada Lovelace", "DE89370400440532013000")


async def a_paid_invoice(shop: Shop) -> Paid:
    """115.56, paid by a receipt that names it."""
    async with shop.db.begin(None) as uow:
        order = await an_awaited_order(uow, shop.market.tenant.id)
        await comes(uow, a_receipt(order.tenant_id, 11_556, encode("ord", order.order_id)))
    return order


async def cancelled(shop: Shop, order: Paid) -> TransferFacts:
    async with shop.db.begin(None) as uow:
        [done] = await cancel(uow, [Cancellation(order.tenant_id, order.order_id, "test")])
    assert not isinstance(done, Refusal)
    assert [one.asks_gateway for one in done.started] == [False]
    [transfer] = await to_make(shop)
    return transfer


async def to_make(shop: Shop) -> list[TransferFacts]:
    async with shop.db.read(None) as uow:
        return await transfers.listed(uow, shop.market.tenant.id, limit=10)


async def has_payee(shop: Shop, transfer: TransferFacts) -> None:
    async with shop.db.begin(None) as uow:
        await transfers.set_payees(uow, {(transfer.tenant_id, transfer.payee): (ADAS, "account:1")})


def is_sent(transfer: TransferFacts, by: Hand = ADA, limit: int = 50_000) -> Said:
    return Said(transfer.tenant_id, transfer.id, by, limit, DAY, "T-1")


async def says(shop: Shop, said: Said) -> TransferFacts | Refusal:
    return await shop.house.writes.attempt(say, said)


async def books(shop: Shop) -> tuple[int, int, int]:
    """What is in the bank, on its way back, and nobody's; and nothing is wrong with the books."""
    tenant_id = shop.market.tenant.id
    codes = [str(BANK), str(REFUND_CLEARING), str(SUSPENSE)]
    async with shop.db.read(None) as uow:
        found = await ledger.balances(uow, {(tenant_id, code) for code in codes})
    assert [check for check in (await verify(shop.db, tenant_id)).checks if check.count] == []
    bank, back, suspended = (found.get((tenant_id, code, "EUR"), 0) for code in codes)
    return bank, back, suspended


async def test_the_refund_of_an_order_that_was_paid_without_a_gateway_waits_for_a_person(shop: Shop, clock: ManualClock):
    order = await a_paid_invoice(shop)
    transfer = await cancelled(shop, order)
    assert (transfer.amount_minor, transfer.order_id, transfer.state) == (11_556, order.order_id, TransferState.TO_MAKE)
    assert await books(shop) == (11_556, 11_556, 0)
    clock.advance(timedelta(days=2))
    assert await sweep_refunds(shop.house) == 0
    assert await says(shop, is_sent(transfer)) == NoPayee(transfer.ref)
    await has_payee(shop, transfer)
    done = await says(shop, is_sent(transfer))
    assert isinstance(done, TransferFacts)
    assert (done.state, done.bank_ref, done.sent_on) == (TransferState.SENT, "T-1", "2026-04-20")
    async with shop.db.read(None) as uow:
        [refund] = await payments.refunds_of_orders(uow, [(order.tenant_id, order.order_id)])
    assert (refund.state, refund.gateway_ref, refund.by_transfer) == ("succeeded", "T-1", True)
    assert await books(shop) == (0, 0, 0)
    assert await says(shop, is_sent(transfer)) == NotToMake(transfer.ref, "sent")
    assert (await shop.gateway.totals()).refunded_minor == {}


async def test_a_transfer_that_could_not_be_made_puts_the_money_back_and_is_asked_for_again(shop: Shop, clock: ManualClock):
    transfer = await cancelled(shop, await a_paid_invoice(shop))
    await has_payee(shop, transfer)
    failed = await says(shop, Said(transfer.tenant_id, transfer.id, ADA, 0, reason="The account is closed"))
    assert isinstance(failed, TransferFacts)
    assert (failed.state, failed.reason) == (TransferState.FAILED, "The account is closed")
    assert await books(shop) == (11_556, 0, 0)
    clock.advance(timedelta(hours=2))
    await sweep_refunds(shop.house)
    [again] = await to_make(shop)
    assert (again.amount_minor, again.payee) == (11_556, transfer.payee)
    await says(shop, is_sent(again))
    assert await books(shop) == (0, 0, 0)


async def test_from_the_limit_on_a_second_person_agrees_that_it_was_sent(shop: Shop):
    transfer = await cancelled(shop, await a_paid_invoice(shop))
    await has_payee(shop, transfer)
    waiting = await says(shop, is_sent(transfer, limit=10_000))
    assert isinstance(waiting, TransferFacts)
    assert waiting.state is TransferState.AWAITING_SECOND
    assert await books(shop) == (11_556, 11_556, 0)
    ref = encode("apr", waiting.approval_id or 0)
    assert await says(shop, is_sent(transfer)) == NotToMake(transfer.ref, "awaiting_second", ref)
    decision = Decision(transfer.tenant_id, waiting.approval_id or 0, GRACE, FINANCE, "No such line on the statement")
    await shop.house.writes.submit(decide.reject, decision)
    [open_again] = await to_make(shop)
    assert open_again == transfer
    waiting = await says(shop, is_sent(transfer, limit=10_000))
    assert isinstance(waiting, TransferFacts)
    await shop.house.writes.submit(decide.approve, replace(decision, approval_id=waiting.approval_id or 0))
    assert await to_make(shop) == []
    assert await books(shop) == (0, 0, 0)


@pytest.mark.parametrize("works", [True, False])
async def test_a_receipt_that_is_nobodys_goes_back_by_transfer(shop: Shop, works: bool, clock: ManualClock):
    async with shop.db.begin(None) as uow:
        case = (await comes(uow, a_receipt(shop.market.tenant.id, 4_000))).case
        [going] = await settle(uow, [Wish(case.tenant_id, case.id, Settlement.GIVE_BACK, "Paid twice", ADA, LIMITS, "sandbox")])
    assert isinstance(going, CaseFacts)
    assert going.state is CaseState.GIVING_BACK
    clock.advance(timedelta(minutes=5))
    assert await sweep_suspense(shop.house) == 0
    [transfer] = await to_make(shop)
    assert transfer.about == f"{case.ref}:1"
    assert await books(shop) == (4_000, 4_000, 0)
    await has_payee(shop, transfer)
    await says(shop, is_sent(transfer) if works else Said(case.tenant_id, transfer.id, ADA, 0, reason="Closed"))
    async with shop.db.read(None) as uow:
        now = (await suspense.by_id(uow, [case.key]))[case.key]
    assert now.state is (CaseState.SETTLED if works else CaseState.OPEN)
    assert await books(shop) == ((0, 0, 0) if works else (4_000, 0, 4_000))


async def test_where_it_went_is_forgotten_some_time_after_it_was_sent(shop: Shop, clock: ManualClock):
    transfer = await cancelled(shop, await a_paid_invoice(shop))
    await has_payee(shop, transfer)

    async def known() -> bool:
        async with shop.db.begin(None) as uow:
            await transfers.erase_old(uow)
            return bool(await transfers.payees(uow, [(transfer.tenant_id, transfer.payee)]))

    clock.advance(2 * PAYEE_KEPT)
    assert await known()
    await says(shop, is_sent(transfer))
    clock.advance(PAYEE_KEPT - timedelta(days=1))
    assert await known()
    clock.advance(timedelta(days=2))
    assert not await known()


async def test_no_marketplace_says_anything_of_the_transfers_of_another(shop: Shop):
    transfer = await cancelled(shop, await a_paid_invoice(shop))
    await has_payee(shop, transfer)
    other = replace(is_sent(transfer), tenant_id=transfer.tenant_id + 1)
    assert await says(shop, other) == NotFound("transfer", transfer.ref)
    assert await to_make(shop) == [transfer]
