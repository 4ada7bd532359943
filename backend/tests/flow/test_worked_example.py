"""The worked example of the design (money.md §4): two orders of one seller through everything that can happen to money.

Each step says what the accounts hold afterwards. Steps whose flows come later are posted as plain journals. The dispute's own flow goes
the same way in disputes/test_disputes.py.
"""

from dataclasses import dataclass
from typing import Final

from velora.flows import dispute_postings, postings
from velora.flows.dispute_postings import COMMISSION_BACK, DISPUTE_FEES, DISPUTES, Loss, dispute_hold
from velora.flows.postings import (
    BANK,
    CLEARING,
    COMMISSION,
    GATEWAY_FEES,
    PAYOUT_CLEARING,
    REFUND_CLEARING,
    Parting,
    Payout,
    Refund,
    escrow,
    payable,
    receivable,
    reserve,
    tax,
)
from velora.modules.disputes.service import DisputeFacts, Share
from velora.modules.ledger import service as ledger
from velora.modules.ledger.service import AccountRef, Journal, Posted, legs
from velora.platform.db import UnitOfWork

SELLER: Final = 77
O1, O2 = 1001, 1002
ESCROW, PAYABLE, RESERVE, RECEIVABLE, TAX = escrow(SELLER), payable(SELLER), reserve(SELLER), receivable(SELLER), tax("DE")
DISPUTE_HOLD: Final = dispute_hold(SELLER)
LOST_COMMISSION: Final = COMMISSION_BACK
BAD_DEBT, EQUITY = AccountRef("5040"), AccountRef("3010")
AUTHORISED, AUTHORISED_TOO = AccountRef("9010"), AccountRef("9020")


@dataclass
class Books:
    """The ledger of one tenant, as the steps below speak of it."""

    uow: UnitOfWork
    tenant: int

    async def post(self, *journals: Journal) -> None:
        assert all(isinstance(outcome, Posted) for outcome in await ledger.post(self.uow, journals))

    async def plain(self, key: str, *moves: tuple[AccountRef, AccountRef, int]) -> None:
        """A step whose flow comes later."""
        await self.post(Journal(self.tenant, key, "plain", "EUR", legs(*moves), self.uow.now))

    async def hold(self, expected: dict[AccountRef, int]) -> None:
        found = await ledger.balances(self.uow, {(self.tenant, str(ref)) for ref in expected})
        assert {ref: found.get((self.tenant, str(ref), "EUR"), 0) for ref in expected} == expected

    async def journal(self, key: str) -> int:
        return (await ledger.find(self.uow, {(self.tenant, key)}))[self.tenant, key]

    async def capture(self, order: int, net: int, tax_minor: int, fee: int) -> None:
        captured = postings.captured(
            tenant_id=self.tenant, intent_id=order, order_id=order, currency="EUR", net_by_seller={SELLER: net},
            tax_by_country={"DE": tax_minor}, at=self.uow.now,
        )  # fmt: skip
        kept = postings.gateway_fee(
            tenant_id=self.tenant, intent_id=order, order_id=order, currency="EUR", fee_minor=fee, at=self.uow.now
        )  # fmt: skip
        await self.post(captured, kept)

    async def release(self, order: int, parting: Parting) -> None:
        released = postings.released(
            tenant_id=self.tenant, seller_order_id=order, order_id=order, seller_id=SELLER, currency="EUR", parting=parting,
            at=self.uow.now, actor_ref="test",
        )  # fmt: skip
        await self.post(released)


async def test_two_orders_through_refund_release_payout_dispute_and_write_off(uow):
    books = Books(uow, uow.new_id())
    await books.plain("opening", (BANK, EQUITY, 50000))
    await the_first_order_is_paid_and_partly_refunded(books)
    await it_is_released_refunded_again_and_paid_out(books)
    await the_second_order_recovers_the_debt_and_is_lost_in_a_dispute(books)

    rows = await ledger.trial_balance(uow, tenant_id=books.tenant, currency="EUR")
    standing = {row.account.code: (row.debit_minor, row.credit_minor) for row in rows if row.debit_minor or row.credit_minor}
    assert standing == {
        "1020": (47485, 0), "5010": (581, 0), "5031": (1500, 0), "5040": (1000, 0), "4011": (1100, 0),
        "3010": (0, 50000), "4010": (0, 1400), "2030:DE": (0, 266),
    }  # fmt: skip
    assert sum(row.debit_minor for row in rows) == sum(row.credit_minor for row in rows) == 51666
    assert [check for check in await ledger.verify(uow, books.tenant, lambda name, done: None) if check.count] == []


async def the_first_order_is_paid_and_partly_refunded(books: Books) -> None:
    at = books.uow.now
    await books.plain("E0", (AUTHORISED, AUTHORISED_TOO, 11556))
    await books.capture(O1, net=10800, tax_minor=756, fee=365)
    await books.plain("E1 memo", (AUTHORISED_TOO, AUTHORISED, 11556))
    await books.hold({ESCROW: 10800, TAX: 756, GATEWAY_FEES: 365, CLEARING: 11191, AUTHORISED: 0})
    await books.plain("E3", (BANK, CLEARING, 11191))
    await books.hold({CLEARING: 0, BANK: 61191})

    refund = Refund(books.tenant, 1, O1, O1, SELLER, "DE", "EUR", 2000, 140)
    await books.post(postings.refund_requested(refund, at=at, actor_ref="test"))
    await books.hold({ESCROW: 8800, TAX: 616, REFUND_CLEARING: 2140})
    await books.post(postings.refund_paid(refund, at=at))
    await books.hold({REFUND_CLEARING: 0, CLEARING: -2140})


async def it_is_released_refunded_again_and_paid_out(books: Books) -> None:
    at = books.uow.now
    parting = postings.part(8800, commission_minor=800, owed_minor=0, reserve_bps=1000)
    assert parting == Parting(commission_minor=800, recovered_minor=0, reserve_minor=800, payable_minor=7200)
    await books.release(O1, parting)
    await books.hold({ESCROW: 0, COMMISSION: 800, RESERVE: 800, PAYABLE: 7200})

    await books.plain("E6a", (PAYABLE, REFUND_CLEARING, 2700), (LOST_COMMISSION, REFUND_CLEARING, 300), (TAX, REFUND_CLEARING, 210))
    await books.plain("E6b", (REFUND_CLEARING, CLEARING, 3210))
    await books.hold({PAYABLE: 4500, LOST_COMMISSION: 300, TAX: 406, REFUND_CLEARING: 0})

    failing, paid = Payout(books.tenant, 1, SELLER, "EUR", 4500), Payout(books.tenant, 2, SELLER, "EUR", 4500)
    await books.post(postings.payout_reserved(failing, at=at, actor_ref="test"))
    await books.hold({PAYABLE: 0, PAYOUT_CLEARING: 4500})
    reserved = await books.journal(postings.payout_key(failing.payout_id))
    await books.post(postings.payout_failed(failing, at=at, reverses_id=reserved))
    await books.hold({PAYABLE: 4500, PAYOUT_CLEARING: 0})
    await books.post(postings.payout_reserved(paid, at=at, actor_ref="test"), postings.payout_paid(paid, at=at))
    await books.hold({PAYABLE: 0, PAYOUT_CLEARING: 0, BANK: 56691})

    await books.plain(
        "E8a", (RESERVE, REFUND_CLEARING, 800), (RECEIVABLE, REFUND_CLEARING, 1000), (LOST_COMMISSION, REFUND_CLEARING, 200),
        (TAX, REFUND_CLEARING, 140),
    )  # fmt: skip
    await books.plain("E8b", (REFUND_CLEARING, CLEARING, 2140))
    await books.hold({RESERVE: 0, RECEIVABLE: 1000, TAX: 266, REFUND_CLEARING: 0})


async def the_second_order_recovers_the_debt_and_is_lost_in_a_dispute(books: Books) -> None:
    await books.capture(O2, net=6000, tax_minor=420, fee=216)
    parting = postings.part(6000, commission_minor=600, owed_minor=1000, reserve_bps=1000)
    assert parting == Parting(commission_minor=600, recovered_minor=1000, reserve_minor=540, payable_minor=3860)
    await books.release(O2, parting)
    await books.hold({ESCROW: 0, RECEIVABLE: 0, RESERVE: 540, PAYABLE: 3860})

    share = Share(O2, SELLER, "DE", 6000, 420, 600, in_escrow=False, payable_minor=3860, reserve_minor=540)
    dispute = DisputeFacts(
        books.tenant, 1, "sandbox", "dp_1", "ch_2", O2, O2, "EUR", 6420, "fraudulent", books.uow.now, taken_minor=6420, covered_minor=6420,
        fee_minor=1500, shares=(share,),
    )  # fmt: skip
    opened = dispute_postings.opened(dispute, dispute.fee_minor, at=books.uow.now)
    assert opened.postings == legs(
        (DISPUTES, CLEARING, 6420), (DISPUTE_FEES, CLEARING, 1500), (PAYABLE, DISPUTE_HOLD, 3860), (RESERVE, DISPUTE_HOLD, 540)
    )
    await books.post(opened)
    await books.hold({DISPUTES: 6420, DISPUTE_FEES: 1500, DISPUTE_HOLD: 4400, PAYABLE: 0, RESERVE: 0})

    lost = dispute_postings.lost(dispute, [Loss(share, debt_minor=1000)], at=books.uow.now)
    assert lost.postings == legs(
        (DISPUTE_HOLD, DISPUTES, 4400), (RECEIVABLE, DISPUTES, 1000), (LOST_COMMISSION, DISPUTES, 600), (TAX, DISPUTES, 420)
    )
    await books.post(lost)
    await books.hold({DISPUTES: 0, DISPUTE_HOLD: 0, RECEIVABLE: 1000})
    await books.plain("E11", (BAD_DEBT, RECEIVABLE, 1000))
    await books.plain("E12", (CLEARING, BANK, 9206))
    await books.hold({RECEIVABLE: 0, CLEARING: 0})


async def test_a_dispute_that_is_won_gives_everything_back(uow):
    books = Books(uow, uow.new_id())
    await books.capture(O2, net=6000, tax_minor=420, fee=216)
    await books.release(O2, postings.part(6000, commission_minor=600, owed_minor=0, reserve_bps=1000))
    before = {PAYABLE: 4860, RESERVE: 540, CLEARING: 6204}
    await books.hold(before)

    share = Share(O2, SELLER, "DE", 6000, 420, 600, in_escrow=False, payable_minor=4860, reserve_minor=540)
    dispute = DisputeFacts(
        books.tenant, 1, "sandbox", "dp_1", "ch_2", O2, O2, "EUR", 6420, "fraudulent", uow.now, taken_minor=6420, covered_minor=6420,
        shares=(share,),
    )  # fmt: skip
    await books.post(dispute_postings.opened(dispute, dispute.fee_minor, at=uow.now))
    await books.hold({DISPUTES: 6420, DISPUTE_HOLD: 5400, PAYABLE: 0, RESERVE: 0, CLEARING: -216})
    won = dispute_postings.won(dispute, at=uow.now)
    assert won.postings == legs((CLEARING, DISPUTES, 6420), (DISPUTE_HOLD, PAYABLE, 4860), (DISPUTE_HOLD, RESERVE, 540))
    await books.post(won)
    await books.hold(before | {DISPUTES: 0, DISPUTE_HOLD: 0})
