"""Finance says what becomes of a case. Below a limit it is done at once; from there on a second person must agree first.

What is agreed to says exactly what is done: the case, the settlement, the reason. Money that goes back is posted before the gateway
is asked (`send.py`), or before a person sends it, where it came into the bank (`flows/transfers`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from velora.flows import suspense_postings as postings
from velora.flows.once import Once, once
from velora.flows.payment_outcome.take_up import take_up
from velora.flows.postings import BANK, CLEARING
from velora.flows.second_person import Hand, ask
from velora.flows.store_credit.moves import Gift, grant
from velora.kernel.errors import NotFound, Refusal
from velora.kernel.ids import decode, encode
from velora.modules.approvals.service import ApprovalFacts, Matter, Request
from velora.modules.audit import service as audit
from velora.modules.ledger import service as ledger
from velora.modules.payments import service as payments
from velora.modules.payments.service import IntentState, PaymentIntent
from velora.modules.suspense import service as suspense
from velora.modules.suspense.errors import NotWaiting, OtherCurrency
from velora.modules.suspense.service import CaseFacts, Decided, Limits, NotOpen, Settlement
from velora.modules.transfers import service as transfers
from velora.modules.transfers.service import NewTransfer
from velora.platform.db import UnitOfWork
from velora.platform.db.idempotency import Replay

SETTLE: Final = "suspense.settle"

Key = tuple[int, int]


@dataclass(frozen=True)
class Wish:
    """This shall become of the case, for this reason. `gateway` is the one at hand. The route has checked that `by` may.

    `account_id` is whom it is credited to, which the route has checked is there, and `order_id` what it shall pay; empty for every other
    settlement.
    """

    tenant_id: int
    case_id: int
    how: Settlement
    reason: str
    by: Hand
    limits: Limits
    gateway: str
    account_id: int | None = None
    order_id: int | None = None

    @property
    def key(self) -> Key:
        return self.tenant_id, self.case_id

    @property
    def order(self) -> Key:
        return self.tenant_id, self.order_id or 0


async def settle_once(uow: UnitOfWork, requests: Sequence[Once[Wish]]) -> list[CaseFacts | Replay | Refusal]:
    """As `settle`, once for each Idempotency-Key."""
    return await once(uow, requests, settle, lambda case: {"case": case.ref})


async def settle(uow: UnitOfWork, wishes: Sequence[Wish]) -> list[CaseFacts | Refusal]:
    """Each case is settled, kept for an order, on its way back, or waits for a second person; or is refused, and nothing was changed.

    Locks the payments of the orders that are to be paid, then the cases. No second person is asked where the payer's own words name
    the order.
    """
    payable = await payments.lock_of_orders(uow, {wish.order for wish in wishes if wish.order_id is not None})
    cases = await suspense.lock(uow, {wish.key for wish in wishes})
    outcomes: dict[int, CaseFacts | Refusal] = {}
    alone: dict[int, Decided] = {}
    for place, wish in enumerate(wishes):
        case = cases.pop(wish.key, None)  # a case that is wished for twice in one batch belongs to the first
        if case is None:
            twice = any(other.key == wish.key for other in wishes[:place])
            ref = encode("sus", wish.case_id)
            outcomes[place] = NotOpen(ref, "settled", "") if twice else NotFound("case", ref)
        elif (refusal := suspense.objection(case.standing, wish.how, wish.limits, wish.gateway)) or (
            wish.how is Settlement.TAKE and (refusal := _not_payable(case, wish, payable.get(wish.order)))
        ):
            outcomes[place] = refusal
        elif suspense.needs_second_person(case.amount_minor, wish.limits) and wish.order_id not in suspense.orders_named(case.words):
            outcomes[place] = await _ask_second(uow, case, wish)
        else:
            alone[place] = _decided(case, wish)
    hands = {decided.case.key: wishes[place].by for place, decided in alone.items()}
    done = await _carry_out(uow, list(alone.values()))
    await _on_record(uow, [(case, hands[case.key]) for case in done])
    by_key = {case.key: case for case in done}
    outcomes |= {place: by_key[decided.case.key] for place, decided in alone.items()}
    return [outcomes[place] for place in range(len(wishes))]


async def settle_agreed(uow: UnitOfWork, agreed: Sequence[ApprovalFacts]) -> None:
    """What a second person agreed to is done, in the transaction of the agreement. Raises NotOpen where a case no longer waits for it, and
    NotWaiting where its order does not.
    """
    wanted = {one.id: order for one in agreed if (order := one.matter.payload.get("order"))}
    payable = await payments.lock_of_orders(
        uow, {(one.tenant_id, decode("ord", str(wanted[one.id]))) for one in agreed if one.id in wanted}
    )
    cases = await suspense.lock(uow, {case_of(one) for one in agreed})
    decided: list[Decided] = []
    hands: dict[Key, Hand] = {}
    for one in agreed:
        case = cases.get(case_of(one))
        if case is None or case.state is not suspense.CaseState.AWAITING_SECOND or case.approval_id != one.id:
            raise NotOpen(one.matter.subject, case.state if case else "settled", "")
        how, reason = Settlement(str(one.matter.payload["settlement"])), str(one.matter.payload["reason"])
        account = one.matter.payload.get("account")
        order_id = decode("ord", str(wanted[one.id])) if one.id in wanted else None
        if order_id and payable[one.tenant_id, order_id].state != IntentState.AWAITED:
            raise NotWaiting(encode("ord", order_id))
        decided.append(Decided(case, how, reason, one.requested_by, decode("acc", str(account)) if account else None, order_id))
        hands[case.key] = Hand(one.decided_by)
    await _on_record(uow, [(case, hands[case.key]) for case in await _carry_out(uow, decided)])


async def reopen(uow: UnitOfWork, ended: Sequence[ApprovalFacts]) -> None:
    """Nobody agreed: the cases are open again, for somebody to say anew what becomes of them."""
    cases = await suspense.lock(uow, {case_of(one) for one in ended})
    asked = {case_of(one): one.id for one in ended}
    await suspense.reopen(uow, [case for key, case in cases.items() if case.approval_id == asked[key] and _waits(case)])


def case_of(approval: ApprovalFacts) -> Key:
    """Which case an approval is about."""
    return approval.tenant_id, decode("sus", approval.matter.subject)


async def _ask_second(uow: UnitOfWork, case: CaseFacts, wish: Wish) -> CaseFacts | Refusal:
    payload: dict[str, object] = {"settlement": wish.how.value, "reason": wish.reason}
    if wish.account_id is not None:
        payload["account"] = encode("acc", wish.account_id)
    if wish.order_id is not None:
        payload["order"] = encode("ord", wish.order_id)
    matter = Matter(SETTLE, case.ref, payload, case.amount_minor, case.currency)
    [asked] = await ask(uow, [Request(case.tenant_id, matter, wish.by.actor_ref)], wish.by)
    if isinstance(asked, Refusal):
        return asked
    [waiting] = await suspense.await_second(uow, {asked.id: _decided(case, wish)})
    return waiting


async def _carry_out(uow: UnitOfWork, decided: Sequence[Decided]) -> list[CaseFacts]:
    back = await suspense.give_back(uow, [one for one in decided if one.how is Settlement.GIVE_BACK])
    off = await suspense.finish(uow, [one for one in decided if one.how is Settlement.WRITE_OFF])
    credited = await suspense.finish(uow, [one for one in decided if one.how is Settlement.CREDIT])
    by_bank = [case for case in back if case.gateway == suspense.BANK]
    await transfers.ask(
        uow, [NewTransfer(case.tenant_id, f"{case.ref}:{case.tries}", case.ref, case.amount_minor, case.currency) for case in by_bank]
    )
    kept = await suspense.keep(uow, [one for one in decided if one.how is Settlement.TAKE])
    whose = {one.case.key: one.account_id or 0 for one in decided}
    await grant(uow, [_gift(case, whose[case.key]) for case in credited])
    journals = [postings.suspense_back(posted(case), at=uow.now, actor_ref=case.settled_by) for case in back]
    journals += [postings.suspense_written_off(posted(case), at=uow.now, actor_ref=case.settled_by) for case in off]
    await ledger.post(uow, journals)
    taken = {one.key: one for one in await take_up(uow, {one.order for one in kept})}
    return [*back, *off, *credited, *(taken.get(one.key, one) for one in kept)]


def _not_payable(case: CaseFacts, wish: Wish, intent: PaymentIntent | None) -> Refusal | None:
    """Why the order cannot be paid with this case now; None when it can."""
    ref = encode("ord", wish.order_id or 0)
    if intent is None:
        return NotFound("order", ref)
    if intent.currency != case.currency:
        return OtherCurrency(ref, intent.currency, case.currency)
    return None if intent.state == IntentState.AWAITED else NotWaiting(ref)


def _decided(case: CaseFacts, wish: Wish) -> Decided:
    return Decided(case, wish.how, wish.reason, wish.by.actor_ref, wish.account_id, wish.order_id)


def _gift(case: CaseFacts, account_id: int) -> Gift:
    key = postings.suspense_key("credit", case.id, 0)
    return Gift(case.tenant_id, key, "suspense_credit", account_id, case.currency, case.amount_minor, case.settled_by, ("case", case.ref))


def posted(case: CaseFacts) -> postings.Suspended:
    """The case as the postings know it."""
    lies_in = BANK if case.gateway == suspense.BANK else CLEARING
    return postings.Suspended(case.tenant_id, case.id, case.tries, case.currency, case.amount_minor, lies_in)


def _waits(case: CaseFacts) -> bool:
    return case.state is suspense.CaseState.AWAITING_SECOND


async def _on_record(uow: UnitOfWork, done: Sequence[tuple[CaseFacts, Hand]]) -> None:
    entries = [
        audit.Entry(case.tenant_id, by.actor_ref, f"suspense.{case.settlement}", case.ref, {"reason": case.reason}, by.address)
        for case, by in done
    ]
    await audit.record(uow, entries)
