"""R3 and R4: what the gateway said, and everything that follows from it, in one transaction for all."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from velora.flows import awaited_postings, postings
from velora.flows.payment_outcome.invoices import owe_no_more
from velora.kernel.errors import Refusal
from velora.kernel.ids import encode
from velora.modules.credit import service as credit
from velora.modules.escrow import service as escrow
from velora.modules.inventory import service as inventory
from velora.modules.ledger import service as ledger
from velora.modules.orders import service as orders
from velora.modules.payments.gateways.port import ActionRequired, Authorised, Captured, ChargeOutcome, DeclinedCharge
from velora.modules.payments.service import FAILED, HELD, PROMISED, Declined, Heard, IntentState, Turn, apply, note_credit
from velora.modules.tenants import service as tenants
from velora.platform.db import UnitOfWork, idempotency
from velora.platform.db.idempotency import Identity

Key = tuple[int, int]
Mark = Callable[[UnitOfWork, Collection[Key]], Awaitable[None]]

OPEN_STILL: Final = 202
_NO_CREDIT: Final = credit.Used(0, 0)
_SAID_OF_ORDER: Final[Mapping[IntentState, str]] = {
    **dict.fromkeys(HELD, "authorised"), IntentState.AWAITED: "awaited", IntentState.CAPTURED: "paid",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class News:
    """Something heard of an intent; `identity` is the request that waits for it, if one does."""

    heard: Heard
    identity: Identity | None = None

    @property
    def concerns(self) -> int:
        """What its events name, so that they keep the trace of this request in a batch with others."""
        return self.heard.intent_id


@dataclass(frozen=True, slots=True)
class Settled:
    """Where the payment stands now, and the answer that the request gets: an HTTP status with a body."""

    order_id: int
    state: IntentState
    code: int
    body: Mapping[str, object]


def heard_of(tenant_id: int, intent_id: int, outcome: ChargeOutcome) -> Heard:
    """A gateway's answer in the words of payments."""
    match outcome:
        case Captured(ref, brand, last4, fee_minor, amount_minor):
            return Heard(tenant_id, intent_id, IntentState.CAPTURED, "", ref, brand, last4, fee_minor, amount_minor=amount_minor)
        case Authorised(ref, brand, last4, until):
            return Heard(tenant_id, intent_id, IntentState.AUTHORISED, "", ref, brand, last4, until=until)
        case DeclinedCharge("voided", brand, last4):
            return Heard(tenant_id, intent_id, IntentState.VOIDED, "voided", "", brand, last4)
        case DeclinedCharge("expired", brand, last4):
            return Heard(tenant_id, intent_id, IntentState.EXPIRED, "expired", "", brand, last4)
        case DeclinedCharge(reason, brand, last4):
            return Heard(tenant_id, intent_id, IntentState.DECLINED, reason, "", brand, last4)
        case ActionRequired(ref, url, brand, last4):
            return Heard(tenant_id, intent_id, IntentState.ACTION_REQUIRED, "", ref, brand, last4, 0, url)
        case _:
            return Heard(tenant_id, intent_id, IntentState.UNKNOWN, "unheard")


async def settle(uow: UnitOfWork, news: Sequence[News]) -> list[Settled | Refusal]:
    """Each payment stands where it was heard to stand, with its order, stock, escrow, journal and answer. Forward only, once."""
    waiting: dict[tuple[int, int], Identity | None] = {}
    for one in news:
        key = (one.heard.tenant_id, one.heard.intent_id)
        waiting[key] = one.identity or waiting.get(key)
    turns = await apply(uow, [one.heard for one in news])
    for turn in turns:
        uow.follows(turn.intent.id, turn.intent.order_id)
    turned = [turn for turn in turns if turn.turned]
    were_awaited = [turn for turn in turned if turn.was_awaited]
    await _keep_parts(uow, {(turn.intent.tenant_id, turn.intent.order_id) for turn in were_awaited})
    held = [turn for turn in turned if turn.state is IntentState.AUTHORISED]
    await _promise(uow, held, orders.mark_authorised, postings.authorised)
    later = [turn for turn in turned if turn.state is IntentState.AWAITED]
    await _promise(uow, later, orders.mark_awaited, awaited_postings.awaited)
    await _take([turn for turn in turned if turn.state is IntentState.CAPTURED], uow)
    await owe_no_more(uow, [(turn.intent, turn.intent.due_minor) for turn in were_awaited])
    await _book_fees([turn for turn in turns if turn.learned_fee], uow)
    await _give_up([turn for turn in turned if turn.state in FAILED], uow)
    settled = {(turn.intent.tenant_id, turn.intent.id): _answer(turn) for turn in turns}
    answers = [(identity, settled[key]) for key, identity in waiting.items() if identity is not None]
    idempotency.finish(uow, {identity: (one.code, one.body) for identity, one in answers if one.code != OPEN_STILL})
    idempotency.let_go(uow, [identity for identity, one in answers if one.code == OPEN_STILL])
    return [settled[one.heard.tenant_id, one.heard.intent_id] for one in news]


async def _keep_parts(uow: UnitOfWork, awaited: Collection[Key]) -> None:
    """What is paid last may be on its way: its parts neither leave nor arrive while it is settled."""
    if awaited:
        await orders.lock_parts(uow, {(part.tenant_id, part.id) for part in await orders.parts_of(uow, awaited)})


async def _promise(uow: UnitOfWork, promised: Sequence[Turn], mark: Mark, memo: Callable[..., ledger.Journal]) -> None:
    """R2, or what stands for it: a bank holds the money, or the buyer pays later. The orders can be packed, their goods are theirs for
    good, and the memo says how much it is."""
    if not promised:
        return
    await mark(uow, [(turn.intent.tenant_id, turn.intent.order_id) for turn in promised])
    await inventory.commit_holds(uow, [turn.intent.order_id for turn in promised])
    await ledger.post(
        uow,
        [
            memo(
                tenant_id=turn.intent.tenant_id, intent_id=turn.intent.id, order_id=turn.intent.order_id, currency=turn.intent.currency,
                amount_minor=turn.intent.amount_minor, at=uow.now,
            )
            for turn in promised
        ],
    )  # fmt: skip


async def _take(captured: Sequence[Turn], uow: UnitOfWork) -> None:
    """The money is here: paid orders, committed stock, money held for each seller, and the journals that say so."""
    if not captured:
        return
    awaited = {(turn.intent.tenant_id, turn.intent.order_id) for turn in captured if turn.was_awaited}
    promised = {key: _was_held(turn) or key in awaited for turn in captured for key in [(turn.intent.tenant_id, turn.intent.order_id)]}
    parts = await orders.mark_paid(uow, promised, sent=awaited)
    await inventory.commit_holds(uow, [turn.intent.order_id for turn in captured])
    escrow.hold(
        uow,
        [
            escrow.EscrowHold(
                part.tenant_id, part.id, part.order_id, part.seller_id, part.currency, part.items_minor + part.shipping_minor,
                part.commission_minor, part.tax_minor,
            )
            for part in parts
        ],
    )  # fmt: skip
    if awaited:
        await _start_late_clocks(uow, awaited)
    by_order: defaultdict[Key, list[orders.PaidPart]] = defaultdict(list)
    for part in parts:
        by_order[part.tenant_id, part.order_id].append(part)
    used = await _spend_credit(uow, captured, by_order)
    journals = [
        journal
        for turn in captured
        for journal in _journals(
            uow, turn, by_order[turn.intent.tenant_id, turn.intent.order_id], used.get((turn.intent.tenant_id, turn.intent.id), _NO_CREDIT)
        )
    ]
    await ledger.post(uow, [journal for journal in journals if journal.postings])  # what costs nothing moves nothing
    await _end_memos([turn for turn in captured if _was_held(turn) and not turn.captured_minor], uow)


async def _start_late_clocks(uow: UnitOfWork, awaited: Collection[Key]) -> None:
    """What arrived before its money did falls due as if the money had been there: so many days after the delivery."""
    arrived = [(part, part.delivered_at) for part in await orders.parts_of(uow, awaited) if part.state == orders.State.DELIVERED]
    markets = await tenants.by_id(uow, {part.tenant_id for part, _ in arrived}) if arrived else {}
    await escrow.start_clock(
        uow, [escrow.Delivery(part.tenant_id, part.id, at, markets[part.tenant_id].escrow_days) for part, at in arrived if at]
    )


async def _spend_credit(
    uow: UnitOfWork, captured: Sequence[Turn], parts: Mapping[Key, Sequence[orders.PaidPart]]
) -> dict[Key, credit.Used]:
    """What buyers hold ready for these orders has paid for what is due of each; what is left of it they can spend again."""
    dues = {
        (turn.intent.tenant_id, turn.intent.id): sum(
            part.items_minor + part.shipping_minor + part.tax_minor for part in parts[turn.intent.tenant_id, turn.intent.order_id]
        )
        for turn in captured
        if turn.intent.credit_minor
    }
    if not dues:
        return {}
    used = await credit.use(uow, dues)
    note_credit(uow, {key: one.used_minor for key, one in used.items()})
    return used


async def _book_fees(captured: Sequence[Turn], uow: UnitOfWork) -> None:
    """The gateway has said what it keeps of payments that were taken before."""
    await ledger.post(uow, [_fee(uow, turn) for turn in captured if turn.heard.fee_minor])


async def _give_up(failed: Sequence[Turn], uow: UnitOfWork) -> None:
    """Nothing was taken: the orders say so, and their goods can be bought by others."""
    if not failed:
        return
    await orders.mark_failed(uow, {(turn.intent.tenant_id, turn.intent.order_id): _reason(turn) for turn in failed})
    await inventory.release_holds(uow, [turn.intent.order_id for turn in failed])
    if with_credit := {(turn.intent.tenant_id, turn.intent.id) for turn in failed if turn.intent.credit_minor}:
        await credit.release(uow, with_credit)
    await _end_memos([turn for turn in failed if _was_held(turn)], uow)
    await ledger.post(uow, [_no_longer_awaited(uow, turn) for turn in failed if turn.was_awaited and turn.intent.due_minor])


def _no_longer_awaited(uow: UnitOfWork, turn: Turn) -> ledger.Journal:
    intent = turn.intent
    return awaited_postings.awaited_ended(
        tenant_id=intent.tenant_id, intent_id=intent.id, order_id=intent.order_id, currency=intent.currency,
        amount_minor=intent.due_minor, at=uow.now,
    )  # fmt: skip


async def _end_memos(held: Sequence[Turn], uow: UnitOfWork) -> None:
    """What banks held for us they hold no longer, and none of it was taken."""
    if not held:
        return
    keys = {(turn.intent.tenant_id, turn.intent.id): postings.authorisation_key(turn.intent.id) for turn in held}
    found = await ledger.find(uow, {(tenant_id, key) for (tenant_id, _), key in keys.items()})
    await ledger.post(
        uow,
        [
            postings.authorisation_ended(
                tenant_id=turn.intent.tenant_id, intent_id=turn.intent.id, order_id=turn.intent.order_id, currency=turn.intent.currency,
                amount_minor=turn.intent.amount_minor, at=uow.now,
                reverses_id=found[turn.intent.tenant_id, keys[turn.intent.tenant_id, turn.intent.id]],
            )
            for turn in held
        ],
    )  # fmt: skip


def _journals(uow: UnitOfWork, turn: Turn, parts: Sequence[orders.PaidPart], used: credit.Used) -> list[ledger.Journal]:
    intent = turn.intent
    net: defaultdict[int, int] = defaultdict(int)
    tax: defaultdict[str, int] = defaultdict(int)
    for part in parts:
        net[part.seller_id] += part.items_minor + part.shipping_minor
        tax[part.country] += part.tax_minor
    journals = [
        postings.captured(
            tenant_id=intent.tenant_id, intent_id=intent.id, order_id=intent.order_id, currency=intent.currency,
            net_by_seller=net, tax_by_country=tax, at=uow.now,
            surplus_minor=turn.captured_minor + used.used_minor - sum(net.values()) - sum(tax.values()),
            authorised_minor=intent.amount_minor if _was_held(turn) and turn.captured_minor else 0,
            awaited_minor=intent.due_minor if turn.was_awaited else 0, credit_of=used.account_id, credit_minor=used.used_minor,
            cases=turn.heard.cases,
        )
    ]  # fmt: skip
    if turn.heard.fee_minor:
        journals.append(_fee(uow, turn))
    return journals


def _fee(uow: UnitOfWork, turn: Turn) -> ledger.Journal:
    intent = turn.intent
    return postings.gateway_fee(
        tenant_id=intent.tenant_id, intent_id=intent.id, order_id=intent.order_id, currency=intent.currency,
        fee_minor=turn.heard.fee_minor or 0, at=uow.now,
    )  # fmt: skip


def _answer(turn: Turn) -> Settled:
    intent = turn.intent
    order = {
        "id": encode("ord", intent.order_id),
        "state": _SAID_OF_ORDER.get(turn.state, "placed"),
        "total": {"amount": intent.amount_minor + intent.credit_minor, "currency": intent.currency},
    }
    payment: dict[str, object] = {"state": turn.state.value, "intent_id": encode("pi", intent.id), "challenge_url": None}
    if turn.state in PROMISED:
        return Settled(intent.order_id, turn.state, 201, {"order": order, "payment": payment})
    if turn.state in FAILED:
        reason = (turn.heard.reason if turn.turned else intent.reason) or "declined"
        return Settled(intent.order_id, turn.state, Declined.status, {"reason": reason})
    if turn.state is IntentState.ACTION_REQUIRED:
        payment["challenge_url"] = turn.heard.challenge_url or intent.challenge_url
    return Settled(intent.order_id, turn.state, OPEN_STILL, {"order": order, "payment": payment})


def _was_held(turn: Turn) -> bool:
    """Whether a bank held the money before this was heard, so that a memo says so."""
    return turn.intent.state in HELD


def _reason(turn: Turn) -> orders.FailReason:
    match turn.state:
        case IntentState.VOIDED:
            return "given_up"
        case IntentState.EXPIRED:
            return "expired"
        case _:
            return "declined"
