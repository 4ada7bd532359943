"""One order's trail: what happened to its money, what is still to come, and where it is now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from velora.flows import dispute_postings, postings
from velora.flows.awaited_postings import awaited_lowered_key
from velora.flows.postings import Parting
from velora.flows.screens.finance.journals.about import OF_INTENT, OF_REFUND, came_for, of_part
from velora.flows.screens.finance.names import Names, head_of, names_of
from velora.kernel.ids import encode
from velora.modules.disputes import service as disputes
from velora.modules.disputes.service import DisputeFacts
from velora.modules.escrow import service as escrow
from velora.modules.ledger import service as ledger
from velora.modules.ledger.policy import AccountRef, kind_of
from velora.modules.ledger.service import JournalView
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.modules.returns import service as returns
from velora.modules.sellers import service as sellers
from velora.modules.tenants import service as tenants
from velora.modules.tenants.service import TenantFacts
from velora.platform.db import UnitOfWork


@dataclass(frozen=True)
class Place:
    """An account as the trail names it."""

    code: str
    name: str
    sub_label: str


@dataclass(frozen=True)
class Move:
    debit: Place
    credit: Place
    amount_minor: int


@dataclass(frozen=True)
class Returned:
    """A refund: so many pieces came back, or the order was `cancelled`; whether the gateway has `answered`."""

    pieces: int
    cancelled: bool
    answered: bool


@dataclass(frozen=True)
class Terms:
    """What is taken at a release. Rate and base are those of every line, or None where lines differ."""

    commission_minor: int
    rate: tuple[int, int] | None
    base_minor: int
    reserve_bps: int


@dataclass(frozen=True)
class Share:
    """A release: whose, on which terms, and what it waits for while it is expected."""

    seller: str
    terms: Terms
    waits_for: Literal["return", "dispute", "days", "next_run"] | None


@dataclass(frozen=True)
class Step:
    """Something that happened, or, `expected`, that will happen if nothing comes between. `reason` is the gateway's own word."""

    journal_id: int | None
    kind: str
    at: datetime | None
    expected: bool
    moves: tuple[Move, ...]
    refund: Returned | None = None
    release: Share | None = None
    reason: str = ""


@dataclass(frozen=True)
class SellerShare:
    """One seller's part of the order: held, then parted. `parting` is what was, or is going to be, released.

    Not yet `held` is what only a bank holds, or what is paid later: nothing of it is ours or the seller's.
    """

    seller_id: int
    name: str
    net_minor: int
    tax_minor: int
    refunded_minor: int
    rest_minor: int
    parting: Parting
    released: bool
    held: bool = True


@dataclass(frozen=True)
class Trail:
    order: orders.Order
    tenant: TenantFacts
    sellers: tuple[str, ...]
    method: str
    brand: str
    last4: str
    card_minor: int
    credit_minor: int
    state: str
    steps: tuple[Step, ...]
    shares: tuple[SellerShare, ...]
    authorised_minor: int
    awaited_minor: int
    refunded_minor: int
    fee_minor: int
    balanced: bool
    postings: int


@dataclass(frozen=True)
class _Facts:
    """Everything the trail is told from."""

    order: orders.Order
    tenant: TenantFacts
    intent: payments.PaymentIntent
    parts: Sequence[orders.SellerOrder]
    lines: Mapping[tuple[int, int], Sequence[orders.OrderLine]]
    holds: Mapping[tuple[int, int], escrow.Hold]
    returned: Mapping[int, returns.ReturnFacts]
    names: Names
    sellers: Mapping[int, str]
    by_key: Mapping[str, JournalView]
    came: Sequence[str]

    @property
    def waiting(self) -> Sequence[orders.SellerOrder]:
        """The parts whose money a bank holds and will be asked for, or that are paid later."""
        is_to_come = self.is_later or self.intent.state in payments.HELD
        return [part for part in self.parts if part.state != orders.State.CANCELLED] if is_to_come else []

    @property
    def is_later(self) -> bool:
        """Whether it is still to come past every gateway."""
        return self.intent.state == payments.IntentState.AWAITED


async def trail_of(uow: UnitOfWork, order_id: int) -> Trail | None:
    """The trail of an order in whichever marketplace that was paid or promised, or None."""
    order = await orders.found_anywhere(uow, [tenant.id for tenant in await tenants.all_tenants(uow)], order_id)
    if order is None:
        return None
    key = (order.tenant_id, order.id)
    intent = (await payments.of_orders(uow, [key]))[key]
    refunds = await payments.refunds_of_orders(uow, [key])
    disputed = await disputes.of_orders(uow, [key])
    facts = await _gathered(uow, order, intent, [refund.id for refund in refunds], disputed)
    if order.paid_at is None and not facts.by_key:
        return None
    steps = [
        *_paid(facts),
        *(step for refund in refunds for step in _refunded(facts, refund.id, refund.reason)),
        *(step for one in disputed for step in _disputed(facts, one)),
        *(_released(facts, part) for part in facts.parts if _may_be_released(facts, part)),
    ]
    shares = tuple([_share(facts, part) for part in facts.parts if (part.tenant_id, part.id) in facts.holds])
    shares += tuple(_share_to_be(facts, part) for part in facts.waiting)
    done = sum(refund.amount_minor for refund in refunds if refund.state == "succeeded")
    asked = sum(refund.amount_minor for refund in refunds if refund.state != "failed")
    return Trail(
        order=order, tenant=facts.tenant, sellers=tuple(facts.sellers[part.seller_id] for part in facts.parts),
        method=intent.method, brand=intent.card_brand, last4=intent.card_last4,
        card_minor=intent.captured_minor, credit_minor=intent.credit_used_minor,
        state=state_of(order, intent, asked),
        steps=tuple(sorted(steps, key=lambda step: (step.expected, step.journal_id or 0))), shares=shares,
        authorised_minor=intent.amount_minor if intent.state in payments.HELD else 0, awaited_minor=payments.outstanding(intent),
        refunded_minor=done, fee_minor=intent.fee_minor, balanced=_balanced(facts, shares),
        postings=sum(len(step.moves) for step in steps if not step.expected),
    )  # fmt: skip


async def _gathered(
    uow: UnitOfWork, order: orders.Order, intent: payments.PaymentIntent, refund_ids: Sequence[int], disputed: Sequence[DisputeFacts]
) -> _Facts:
    parts = await orders.parts_of(uow, [(order.tenant_id, order.id)])
    part_keys = [(part.tenant_id, part.id) for part in parts]
    keys = {key(intent.id) for key in OF_INTENT} | {key for part in parts for key in of_part(part.id)}
    keys |= {key(refund_id) for refund_id in refund_ids for key in OF_REFUND}
    keys |= {key for one in disputed for key in dispute_postings.keys_of(one)}
    came = [key for _, key in await came_for(uow, [(order.tenant_id, order.id)])]
    keys |= set(came)
    found = await ledger.find(uow, {(order.tenant_id, key) for key in keys})
    journals = await ledger.journals(uow, {(tenant_id, journal_id) for (tenant_id, _), journal_id in found.items()})
    codes = {account.code for journal in journals for leg in journal.legs for account in (leg.debit, leg.credit)}
    codes |= {str(account(part.seller_id)) for part in parts for account in (postings.escrow, postings.payable)}
    asked = await returns.of_seller_orders(uow, part_keys)
    return _Facts(
        order=order, tenant=(await tenants.by_id(uow, {order.tenant_id}))[order.tenant_id], intent=intent, parts=parts,
        lines=await orders.lines_of(uow, part_keys), holds=await escrow.of_seller_orders(uow, part_keys),
        returned={one.refund_id: one for some in asked.values() for one in some if one.refund_id},
        names=await names_of(uow, codes),
        sellers={id_: one.name for id_, one in (await sellers.facts(uow, {part.seller_id for part in parts})).items()},
        by_key={str(journal.payload["key"]): journal for journal in journals}, came=came,
    )  # fmt: skip


def _paid(facts: _Facts) -> list[Step]:
    """What a bank held or was to come, what was taken of it, and what the gateway keeps; or what will be taken or is still to come."""
    lowered = [awaited_lowered_key(encode("sor", part.id)) for part in facts.parts]
    found = [facts.by_key.get(key) for key in (*facts.came, *lowered, *(key(facts.intent.id) for key in OF_INTENT))]
    steps = [_step(facts, journal) for journal in found if journal]
    by = facts.intent.due_at if facts.is_later else None
    return [*steps, Step(None, "capture", by, True, _to_be_taken(facts))] if facts.waiting else steps


def _to_be_taken(facts: _Facts) -> tuple[Move, ...]:
    parts, intent = facts.waiting, facts.intent
    due = payments.part_due(sum(part.total_minor for part in parts), intent.credit_minor)
    journal = postings.captured(
        tenant_id=intent.tenant_id, intent_id=intent.id, order_id=intent.order_id, currency=intent.currency,
        net_by_seller={part.seller_id: part.items_minor + part.shipping_minor for part in parts},
        tax_by_country={facts.order.country: sum(part.tax_minor for part in parts)}, at=facts.order.placed_at,
        authorised_minor=0 if facts.is_later else intent.amount_minor, awaited_minor=intent.due_minor if facts.is_later else 0,
        credit_of=facts.order.buyer_id or 0, credit_minor=due.credit_minor, cases=("to come",) if facts.is_later else (),
    )  # fmt: skip
    return _moves_to_be(facts, journal)


def _refunded(facts: _Facts, refund_id: int, reason: str) -> list[Step]:
    requested = facts.by_key.get(postings.refund_key(refund_id))
    if requested is None:
        return []
    paid, failed = (facts.by_key.get(key(refund_id)) for key in (postings.refund_paid_key, postings.refund_failed_key))
    asked = facts.returned.get(refund_id)
    refund = Returned(
        pieces=sum(line.worth.quantity for line in asked.lines) if asked else 0,
        cancelled=asked is None,
        answered=bool(paid or failed),
    )
    step = _step(facts, requested)
    steps = [replace(step, moves=step.moves + (_moves(facts, paid) if paid else ()), refund=refund)]
    return [*steps, replace(_step(facts, failed), reason=reason)] if failed else steps


def _disputed(facts: _Facts, one: DisputeFacts) -> list[Step]:
    """What a dispute moved, each with the bank's own word for it."""
    found = [facts.by_key.get(key) for key in dispute_postings.keys_of(one)]
    return [replace(_step(facts, journal), reason=one.reason) for journal in found if journal]


def _may_be_released(facts: _Facts, part: orders.SellerOrder) -> bool:
    hold = facts.holds.get((part.tenant_id, part.id))
    return hold is not None and hold.state is not escrow.State.REFUNDED


def _released(facts: _Facts, part: orders.SellerOrder) -> Step:
    hold = facts.holds[part.tenant_id, part.id]
    share = Share(facts.sellers[part.seller_id], _terms(facts, part, hold), None)
    if journal := facts.by_key.get(postings.release_key(part.id)):
        return replace(_step(facts, journal), release=share)
    parting = _parting(facts, hold)
    journal = postings.released(
        tenant_id=part.tenant_id, seller_order_id=part.id, order_id=part.order_id, seller_id=part.seller_id, currency=part.currency,
        parting=parting, at=part.placed_at, actor_ref="",
    )  # fmt: skip
    return Step(None, "release", hold.due_at, True, _moves_to_be(facts, journal), release=replace(share, waits_for=_waits_for(hold)))


def _waits_for(hold: escrow.Hold) -> Literal["return", "dispute", "days", "next_run"]:
    if hold.state is escrow.State.FROZEN:
        return "dispute"
    if hold.claims:
        return "return"
    return "next_run" if hold.state is escrow.State.DUE else "days"


def _terms(facts: _Facts, part: orders.SellerOrder, hold: escrow.Hold) -> Terms:
    lines = facts.lines.get((part.tenant_id, part.id), ())
    rates = {(line.commission_bps, line.commission_fixed_minor) for line in lines}
    items = hold.captured - part.shipping_minor
    left = items - min(hold.refunded, items)
    return Terms(hold.commission_left, next(iter(rates)) if len(rates) == 1 else None, left, facts.tenant.reserve_bps)


def _share(facts: _Facts, part: orders.SellerOrder) -> SellerShare:
    hold = facts.holds[part.tenant_id, part.id]
    journal = facts.by_key.get(postings.release_key(part.id))
    parting = _parting(facts, hold)
    if journal is not None:
        got = {head_of(leg.credit.code): leg.amount_minor for leg in journal.legs}
        parting = Parting(
            got.get(str(postings.COMMISSION), 0),
            got.get(postings.RECEIVABLE, 0),
            got.get(postings.RESERVE, 0),
            got.get(postings.PAYABLE, 0),
        )
    return SellerShare(
        part.seller_id, facts.sellers[part.seller_id], hold.captured, part.tax_minor, hold.refunded, hold.rest, parting, journal is not None
    )


def _share_to_be(facts: _Facts, part: orders.SellerOrder) -> SellerShare:
    net = part.items_minor + part.shipping_minor
    parting = postings.part(net, commission_minor=part.commission_minor, owed_minor=0, reserve_bps=facts.tenant.reserve_bps)
    return SellerShare(part.seller_id, facts.sellers[part.seller_id], net, part.tax_minor, 0, 0, parting, released=False, held=False)


def _parting(facts: _Facts, hold: escrow.Hold) -> Parting:
    return postings.part(hold.rest, commission_minor=hold.commission_left, owed_minor=0, reserve_bps=facts.tenant.reserve_bps)


def _balanced(facts: _Facts, shares: Sequence[SellerShare]) -> bool:
    """The postings of this order's escrow leave exactly what is still held of it."""
    left = 0
    for journal in facts.by_key.values():
        for leg in journal.legs:
            left += leg.amount_minor * ((head_of(leg.credit.code) == postings.ESCROW) - (head_of(leg.debit.code) == postings.ESCROW))
    return left == sum(share.rest_minor for share in shares)


def state_of(order: orders.Order, intent: payments.PaymentIntent, back_minor: int) -> str:
    """How the order stands, or how much of what was paid for it went, or goes, back."""
    if not back_minor:
        return order.state
    return "refunded" if back_minor == intent.captured_minor + intent.credit_used_minor else "partly_refunded"


def _step(facts: _Facts, journal: JournalView) -> Step:
    return Step(journal.id, journal.kind, journal.recorded_at, False, _moves(facts, journal))


def _moves(facts: _Facts, journal: JournalView) -> tuple[Move, ...]:
    return tuple(
        Move(_place_of(facts, AccountRef(leg.debit.code)), _place_of(facts, AccountRef(leg.credit.code)), leg.amount_minor)
        for leg in journal.legs
    )


def _moves_to_be(facts: _Facts, journal: ledger.Journal) -> tuple[Move, ...]:
    return tuple(Move(_place_of(facts, leg.debit), _place_of(facts, leg.credit), leg.amount_minor) for leg in journal.postings)


def _place_of(facts: _Facts, account: AccountRef) -> Place:
    code = str(account)
    return Place(head_of(code), kind_of(code).name, facts.names.sub_label(code))
