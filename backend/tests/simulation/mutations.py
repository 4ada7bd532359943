"""Defects, planted one at a time into the running code: a simulation that would not find them proves nothing.

Each is a small, declared change of one function of the house, in the process of the test alone.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Final

import pytest
from sqlalchemy import update

from velora.flows.bookkeeping import seal
from velora.flows.cancellation import cancel as cancellation
from velora.flows.checkout import pay
from velora.flows.payment_outcome import capture, sweep
from velora.flows.payment_outcome import settle as outcome
from velora.flows.payout_run import run as payouts
from velora.flows.refund import settle as refunds
from velora.flows.refund import start as starting
from velora.modules.escrow import policy as escrow_policy
from velora.modules.escrow import repository as escrow_repository
from velora.modules.escrow import service as escrow
from velora.modules.inventory import policy as stock_policy
from velora.modules.inventory import service as inventory
from velora.modules.ledger import service as ledger
from velora.modules.ledger.repository import posting, sealing
from velora.modules.orders import service as orders
from velora.modules.orders.events import OrderPaid
from velora.modules.payments import service as payments
from velora.modules.payments.gateways.port import ChargeOutcome, DeclinedCharge, NotKnown, RefundOrder, Unheard
from velora.modules.payments.service import intents
from velora.modules.returns import service as returns
from velora.platform.bus import listening, relaying
from velora.platform.bus.listening import Reacts
from velora.platform.bus.outbox import OutboxBus
from velora.platform.bus.port import Batch, Bus, Told
from velora.platform.db import UnitOfWork, idempotency
from velora.platform.db.outbox import OutboxEvent

Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Mutation:
    """A defect: what it is, and how it gets into the code."""

    name: str
    plant: Callable[[Patch], None]


MUTATIONS: Final[list[Mutation]] = []


def mutation(name: str) -> Callable[[Callable[[Patch], None]], Callable[[Patch], None]]:
    def keep(plant: Callable[[Patch], None]) -> Callable[[Patch], None]:
        MUTATIONS.append(Mutation(name, plant))
        return plant

    return keep


class _Fresh:
    """The same key at the first try, and another at each further one."""

    def __init__(self) -> None:
        self._tries = Counter[str]()

    def __call__(self, key: str) -> str:
        self._tries[key] += 1
        return key if self._tries[key] == 1 else f"{key}-{self._tries[key]}"


async def nothing(*_: object, **__: object) -> None:
    return


# ----------------------------------------------------------------------------------------------- keys that are dropped


@mutation("the gateway gets a fresh key at each try")
def fresh_charge_key(patch: Patch) -> None:
    real, fresh = pay._charge, _Fresh()
    patch.setattr(pay, "_charge", lambda placed: replace(one := real(placed), key=fresh(one.key)))


@mutation("a refund is sent again under another key")
def fresh_refund_key(patch: Patch) -> None:
    real, fresh = RefundOrder, _Fresh()
    patch.setattr(starting, "RefundOrder", lambda key, *rest: real(fresh(key), *rest))


@mutation("the bank gets a fresh key at each try")
def fresh_transfer_key(patch: Patch) -> None:
    real, fresh = payouts.Transfer, _Fresh()
    patch.setattr(payouts, "Transfer", lambda key, *rest: real(fresh(key), *rest))


@mutation("the request's key is not kept")
def no_request_key(patch: Patch) -> None:
    async def begin(uow: UnitOfWork, requests: Sequence[object], *, recovery_point: str) -> list[idempotency.Begun]:
        return [idempotency.Started() for _ in requests]

    patch.setattr(idempotency, "begin", begin)


@mutation("the request's answer is forgotten")
def no_answer(patch: Patch) -> None:
    patch.setattr(idempotency, "finish", lambda uow, answers: None)


@mutation("the ledger takes every key for new")
def ledger_key_skipped(patch: Patch) -> None:
    async def claim(uow: UnitOfWork, claims: Sequence[posting.Claim]) -> dict[posting.KeyOf, posting.Claim]:
        return {(one.tenant_id, one.key_hash): one for one in claims}

    patch.setattr(posting, "claim_keys", claim)


@mutation("reactions do not look into their inbox")
def no_inbox(patch: Patch) -> None:
    def at_once(db: Any, listener: Reacts) -> Callable[[Sequence[Told]], Any]:
        async def run(told: Sequence[Told]) -> None:
            async with db.begin(None) as uow:
                await listener.react(uow, [one.event for one in told])

        return run

    patch.setattr(listening, "_in_transaction", at_once)


# ------------------------------------------------------------------------------------------ states that are not looked at


@mutation("a payment may become anything at any time")
def no_compare_and_set(patch: Patch) -> None:
    patch.setattr(intents, "may_become", lambda now, then: True)


@mutation("the sweeper takes a time-out for a failure")
def time_out_is_failure(patch: Patch) -> None:
    real = sweep.heard_of

    def heard(tenant_id: int, intent_id: int, said: ChargeOutcome) -> payments.Heard:
        return real(tenant_id, intent_id, DeclinedCharge("time-out") if isinstance(said, Unheard) else said)

    patch.setattr(sweep, "heard_of", heard)


@mutation("the sweeper gives up without telling the gateway")
def given_up_here_alone(patch: Patch) -> None:
    real = sweep._ask

    async def ask(house: Any, intent: payments.PaymentIntent) -> ChargeOutcome:
        if intent.state not in (payments.IntentState.AUTHORISING, payments.IntentState.UNKNOWN):
            return await real(house, intent)
        found = await house.gateway.find(intent.gateway_key)
        return DeclinedCharge("voided") if isinstance(found, NotKnown) else found

    patch.setattr(sweep, "_ask", ask)


@mutation("a cancellation stops the payment here alone")
def cancelled_here_alone(patch: Patch) -> None:
    real = cancellation.heard_of
    patch.setattr(cancellation, "heard_of", lambda tenant_id, intent_id, said: real(tenant_id, intent_id, DeclinedCharge("voided")))


@mutation("a piece may be given back twice, and a refund take more than is held")
def refund_without_cap(patch: Patch) -> None:
    async def standing(uow: UnitOfWork, keys: Collection[returns.Key]) -> dict[returns.Key, Any]:
        return {}

    patch.setattr(returns.repository, "standing", standing)
    patch.setattr(escrow_policy, "refusal_of", lambda hold, taking: None)


@mutation("goods are promised that are not there")
def promised_blindly(patch: Patch) -> None:
    real = stock_policy.share_out

    def share_out(shelves: stock_policy.Shelves, claims: Sequence[stock_policy.Claim]) -> Any:
        return real({key: dict.fromkeys(shelf, 10**6) for key, shelf in shelves.items()}, claims)

    patch.setattr(stock_policy, "share_out", share_out)


@mutation("a complaint does not keep the money from its release")
def complaint_unheard(patch: Patch) -> None:
    async def due(uow: UnitOfWork, limit: int) -> list[escrow.Key]:
        keys = await uow.connection.exec_driver_sql(
            "SELECT tenant_id, seller_order_id FROM escrow_hold WHERE state IN ('held', 'due') AND due_at IS NOT NULL LIMIT ?", (limit,)
        )
        found: list[Any] = list(keys.all())
        return [(tenant_id, part) for tenant_id, part in found]

    async def claim(uow: UnitOfWork, keys: Collection[escrow.Key]) -> list[escrow.Hold]:
        found = await escrow_repository.locked(uow, keys)
        return [one for one in found.values() if one.is_open and one.due_at is not None and one.due_at <= uow.now]

    patch.setattr(escrow, "due", due)
    patch.setattr(escrow, "claim_due", claim)


# ------------------------------------------------------------------------------------------------ writes that are missing


@mutation("the goods of a failed payment stay set aside")
def goods_kept(patch: Patch) -> None:
    patch.setattr(inventory, "release_holds", nothing)


@mutation("the goods of a paid order are not committed")
def goods_not_committed(patch: Patch) -> None:
    patch.setattr(inventory, "commit_holds", nothing)


@mutation("nobody is told that an order was paid")
def not_told(patch: Patch) -> None:
    real = UnitOfWork.tell
    patch.setattr(UnitOfWork, "tell", lambda uow, events: real(uow, [one for one in events if not isinstance(one, OrderPaid)]))


@mutation("what banks held is still in the memo when they hold it no longer")
def memo_kept(patch: Patch) -> None:
    patch.setattr(outcome, "_end_memos", nothing)


@mutation("a refund that failed is not posted back")
def failure_not_reversed(patch: Patch) -> None:
    real = refunds._post
    patch.setattr(refunds, "_post", lambda uow, rows, paid, failed: real(uow, rows, paid, {}))


@mutation("a cancelled order's refused refund is not asked for again")
def not_asked_again(patch: Patch) -> None:
    patch.setattr(payments, "ask_again_later", nothing)


@mutation("a release does not note that it was")
def released_without_note(patch: Patch) -> None:
    async def forgets(uow: UnitOfWork, holds: Sequence[escrow.Hold]) -> None:
        return

    patch.setattr(escrow, "release", forgets)


@mutation("a payout is made without taking it from what is payable")
def payout_without_reserve(patch: Patch) -> None:
    async def reserve(uow: UnitOfWork, runs: Sequence[payouts.PayoutRun]) -> list[list[payouts.PayoutFacts]]:
        made: list[list[payouts.PayoutFacts]] = []
        for run in runs:
            due = payouts.payouts.due(await payouts._standings(uow, run.tenant_id), thresholds={"EUR": 1})
            made.append(await payouts.payouts.reserve(uow, due))
        return made

    patch.setattr(payouts, "reserve", reserve)


# ------------------------------------------------------------------------------------------------------------- sealing


@mutation("an epoch is sealed before it is closed")
def sealed_too_early(patch: Patch) -> None:
    async def closed(uow: UnitOfWork, n: int) -> bool:
        return True

    patch.setattr(sealing, "open_epoch", nothing)
    patch.setattr(sealing, "close_epoch", nothing)
    patch.setattr(sealing, "is_closed", closed)


@mutation("a block is not anchored")
def not_anchored(patch: Patch) -> None:
    real = seal.anchors_of
    patch.setattr(seal, "anchors_of", lambda blocks: [one for one in real(blocks) if one.n % 3])


@mutation("what an epoch moved is folded twice")
def folded_twice(patch: Patch) -> None:
    real = sealing.fold

    async def fold(uow: UnitOfWork, moved: Any) -> None:
        await real(uow, moved)
        await real(uow, moved)

    patch.setattr(sealing, "fold", fold)


# ------------------------------------------------------------------------------------------- amounts and orders of things


@mutation("one cent too little is held for the seller")
def wrong_amount(patch: Patch) -> None:
    real = escrow.hold
    patch.setattr(escrow, "hold", lambda uow, holds: real(uow, [replace(one, amount_minor=one.amount_minor - 1) for one in holds]))


@mutation("what was cancelled is taken all the same when the rest is shipped")
def captured_whole(patch: Patch) -> None:
    async def due(uow: UnitOfWork, keys: Collection[tuple[int, int]]) -> dict[tuple[int, int], int]:
        found = Counter[tuple[int, int]]()
        for part in await orders.parts_of(uow, keys):
            found[part.tenant_id, part.order_id] += part.total_minor
        return dict(found)

    patch.setattr(capture, "_due", due)


@mutation("the order is paid in one transaction and its money booked in the next")
def two_commits(patch: Patch) -> None:
    real = orders.mark_paid

    async def mark_paid(uow: UnitOfWork, keys: Mapping[tuple[int, int], bool]) -> Any:
        parts = await real(uow, keys)
        await uow._write([])
        await uow.connection.commit()
        return parts

    patch.setattr(orders, "mark_paid", mark_paid)


@mutation("a group is past an event before it has heard it")
def past_first(patch: Patch) -> None:
    real = listening._hear

    async def hear(db: Any, bus: Bus, group: listening.Group, batch: Batch) -> None:
        await bus.done(batch)
        await real(db, bus, group, batch)

    patch.setattr(listening, "_hear", hear)


@mutation("a group is past what waits for whoever is away")
def away_is_past(patch: Patch) -> None:
    async def again(bus: OutboxBus, batch: Batch) -> None:
        await bus.done(batch)

    patch.setattr(OutboxBus, "again", again)


@mutation("an event is marked as relayed although the bus did not take it")
def marked_anyway(patch: Patch) -> None:
    async def marked(uow: UnitOfWork) -> None:
        waiting = update(OutboxEvent).where(OutboxEvent.relayed == 0)
        await uow.change(waiting.values(relayed=1))

    real = relaying._give_back

    async def give_back(db: Any, hold: Any) -> int:
        async with db.begin(None) as uow:
            await marked(uow)
        return await real(db, hold)

    patch.setattr(relaying, "_give_back", give_back)


@mutation("the money is released twice, each time under another key")
def released_twice(patch: Patch) -> None:
    real, tries = ledger.post, count()

    async def post(uow: UnitOfWork, journals: Sequence[ledger.Journal]) -> Any:
        again = [replace(one, key=f"{one.key}:{next(tries)}") for one in journals if one.kind == "release"]
        return await real(uow, [*journals, *again])

    patch.setattr(ledger, "post", post)


@mutation("a refund of a whole part gives its delivery back twice")
def refund_too_large(patch: Patch) -> None:
    real = payments.request_refunds

    async def request(uow: UnitOfWork, requests: Sequence[payments.RefundRequest], credit: Any) -> Any:
        return await real(uow, [replace(one, amount_minor=one.amount_minor + 1) for one in requests], credit)

    patch.setattr(payments, "request_refunds", request)


@mutation("an answer of the gateway settles a payment without its stock, money and order")
def settled_alone(patch: Patch) -> None:
    real = outcome._take
    patch.setattr(outcome, "_take", lambda captured, uow: real(captured[1:], uow))
