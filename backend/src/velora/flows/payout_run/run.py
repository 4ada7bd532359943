"""E7: reserve (a), ask the bank outside any transaction, and settle: paid (d) or failed and given back (b)."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from velora.flows import postings
from velora.flows.house import TradingHouse
from velora.flows.once import Once, once
from velora.kernel.errors import NotFound, Refusal
from velora.kernel.ids import decode, encode
from velora.modules.audit import service as audit
from velora.modules.ledger import service as ledger
from velora.modules.ledger.policy import sub_of
from velora.modules.payouts import service as payouts
from velora.modules.payouts.gateways.port import BankAnswer, Transfer
from velora.modules.payouts.service import PayoutFacts, Settled, Standing
from velora.modules.tenants import service as tenants
from velora.platform.db import UnitOfWork
from velora.platform.db.idempotency import Replay

_SYSTEM: Final = "system"


@dataclass(frozen=True)
class PayoutRun:
    """Pay everyone in this tenant who has reached its threshold. The route has checked that `actor_ref` may."""

    tenant_id: int
    actor_ref: str = _SYSTEM


async def run_payouts(house: TradingHouse, request: Once[PayoutRun]) -> list[int]:
    """The ids of the run's payouts, sent to the bank; asked again with the same key, those of the first time. Raises NotFound."""
    reserved = await house.writes.submit(_reserve_once, request)
    if isinstance(reserved, Replay):
        return [decode("pay", str(id_)) for id_ in str(reserved.body["payouts"]).split()]
    await send(house, reserved)
    return [one.id for one in reserved]


async def _reserve_once(uow: UnitOfWork, requests: Sequence[Once[PayoutRun]]) -> list[list[PayoutFacts] | Replay | Refusal]:
    return await once(uow, requests, reserve, lambda reserved: {"payouts": " ".join(encode("pay", one.id) for one in reserved)})


async def send(house: TradingHouse, reserved: Sequence[PayoutFacts]) -> None:
    """Each payout is sent under its own key and settled as the bank answered."""

    async def one(payout: PayoutFacts) -> None:
        for submitted in await house.writes.submit(submit, payout):
            order = Transfer(encode("pay", submitted.id), encode("sel", submitted.seller_id), submitted.amount_minor, submitted.currency)
            outcome = await house.bank.transfer(order)
            await house.writes.submit(settle, Settled(submitted.tenant_id, submitted.id, _STATE[outcome.kind], outcome.ref, outcome.reason))

    await asyncio.gather(*(one(payout) for payout in reserved))


async def resume_payouts(house: TradingHouse) -> int:
    """Payouts that a run left open, or that the bank did not answer, are sent again under their keys; how many."""
    async with house.db.read(None) as uow:
        open_ = await payouts.open_payouts(uow)
    await send(house, open_)
    return len(open_)


async def reserve(uow: UnitOfWork, runs: Sequence[PayoutRun]) -> list[list[PayoutFacts] | Refusal]:
    """E7a: everything payable of everyone who is due is taken out of what may be paid."""
    found = await tenants.by_id(uow, {run.tenant_id for run in runs})
    answers: list[list[PayoutFacts] | Refusal] = []
    for run in runs:
        tenant = found.get(run.tenant_id)
        if tenant is None:
            answers.append(NotFound("marketplace", encode("ten", run.tenant_id)))
            continue
        due = payouts.due(await _standings(uow, run.tenant_id), thresholds=tenant.payout_thresholds)
        reserved = await payouts.reserve(uow, due)
        await ledger.post(uow, [postings.payout_reserved(posted(one), at=uow.now, actor_ref=run.actor_ref) for one in reserved])
        detail: dict[str, object] = {"payouts": len(reserved)}
        await audit.record(uow, [audit.Entry(run.tenant_id, run.actor_ref, "payouts.run", encode("ten", run.tenant_id), detail)])
        answers.append(reserved)
    return answers


async def submit(uow: UnitOfWork, sent: Sequence[PayoutFacts]) -> list[list[PayoutFacts]]:
    """What of these still waits for the bank, marked as submitted before it is asked."""
    waiting = {one.id: one for one in await payouts.submitted(uow, {(one.tenant_id, one.id) for one in sent})}
    return [[waiting[one.id]] if one.id in waiting else [] for one in sent]


async def settle(uow: UnitOfWork, outcomes: Sequence[Settled]) -> list[bool]:
    """E7d or E7b: each payout stands as the bank said, once; whether each is settled now. Unknown stays open."""
    ended = await payouts.settle(uow, outcomes)
    failed = [one for one in ended if one.state == "failed"]
    reserved = await ledger.find(uow, {(one.tenant_id, postings.payout_key(one.id)) for one in failed})
    journals = [postings.payout_paid(posted(one), at=uow.now) for one in ended if one.state == "paid"]
    journals += [
        postings.payout_failed(posted(one), at=uow.now, reverses_id=reserved[one.tenant_id, postings.payout_key(one.id)]) for one in failed
    ]
    await ledger.post(uow, journals)
    return [one.state != "unknown" for one in outcomes]


def posted(payout: PayoutFacts) -> postings.Payout:
    """The payout as the postings know it."""
    return postings.Payout(payout.tenant_id, payout.id, payout.seller_id, payout.currency, payout.amount_minor)


async def _standings(uow: UnitOfWork, tenant_id: int) -> Iterable[Standing]:
    """What each seller may be paid and owes, by currency, from the ledger."""
    amounts: defaultdict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    for place, prefix in enumerate((f"{postings.PAYABLE}:", f"{postings.RECEIVABLE}:")):
        for account in await ledger.accounts(uow, tenant_id=tenant_id, code_prefix=prefix):
            amounts[decode("sel", sub_of(account.code)), account.currency][place] = account.balance_minor
    return [Standing(tenant_id, seller, currency, payable, owed) for (seller, currency), (payable, owed) in sorted(amounts.items())]


_STATE: Final = {BankAnswer.PAID: "paid", BankAnswer.FAILED: "failed", BankAnswer.UNKNOWN: "unknown"}
