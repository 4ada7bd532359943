"""What lies on finance's desk: money that matches nothing, and payments and refunds of which nothing was heard for too long.

All three are told apart by the prefix of their ids (`sus_`, `pi_`, `rfd_`), which are made in the order of time, so one list holds them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from velora.flows.house import TradingHouse
from velora.flows.payment_outcome.sweep import look_at
from velora.flows.refund.settle import give_back
from velora.flows.refund.start import open_still
from velora.flows.suspense.send import send_back
from velora.kernel.errors import NotFound
from velora.kernel.ids import decode, encode, time_of
from velora.kernel.paging import Page, decode_cursor, encode_cursor
from velora.modules.audit import service as audit
from velora.modules.payments import service as payments
from velora.modules.suspense import service as suspense
from velora.modules.suspense.service import CaseFacts, CaseState, NothingToAsk
from velora.modules.tenants import service as tenants
from velora.platform.db import UnitOfWork

Kind = Literal["charge", "payment", "refund"]
KINDS: Final[Mapping[str, Kind]] = {"sus": "charge", "pi": "payment", "rfd": "refund"}
_RECORDS: Final = 100

Key = tuple[int, int]


@dataclass(frozen=True)
class Item:
    """Something on the desk, whichever it is. `case` only where money is booked for it."""

    kind: Kind
    tenant_id: int
    id: int
    ref: str
    source: str
    gateway_ref: str
    gateway_key: str
    amount_minor: int
    currency: str
    since: datetime
    state: str
    order_id: int | None = None
    case: CaseFacts | None = None


@dataclass(frozen=True)
class Step:
    """Something that happened. `by` is an actor's ref, or empty where the gateway spoke."""

    at: datetime
    what: str
    by: str = ""
    detail: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True)
class Dossier:
    """All that is known of an item: its steps oldest first."""

    item: Item
    steps: Sequence[Step]


async def listed(
    uow: UnitOfWork, tenant_id: int | None, *, kinds: Collection[Kind], states: Collection[CaseState], cursor: str | None, limit: int
) -> Page[Item]:
    """What lies on the desk, newest first. Payments and refunds are there while they are open, so only where `states` has open."""
    before = int(decode_cursor(cursor, int)[0]) if cursor else None
    found: list[Item] = []
    if "charge" in kinds:
        found += [_of_case(one) for one in await suspense.listed(uow, tenant_id, states=states, before=before, limit=limit + 1)]
    if CaseState.OPEN in states and "payment" in kinds:
        found += [_of_intent(one) for one in await payments.unheard(uow, tenant_id=tenant_id, before=before, limit=limit + 1)]
    if CaseState.OPEN in states and "refund" in kinds:
        found += [_of_refund(one) for one in await payments.unheard_refunds(uow, tenant_id=tenant_id, before=before, limit=limit + 1)]
    found.sort(key=lambda item: -item.id)
    return Page(found[:limit], encode_cursor(found[limit - 1].id) if len(found) > limit else None)


async def dossier(uow: UnitOfWork, ref: str) -> Dossier:
    """All that is known of one. Raises NotFound, and MalformedId for what is no id."""
    item = await find(uow, ref)
    match item.kind:
        case "charge":
            return Dossier(item, await _steps_of_case(uow, item))
        case "payment":
            return Dossier(item, await _steps_of_payment(uow, item))
        case _:
            return Dossier(item, await _steps_of_refund(uow, item))


async def find(uow: UnitOfWork, ref: str) -> Item:
    """The item with this id. Raises NotFound, and MalformedId for what is no id."""
    prefix = ref.partition("_")[0]
    if prefix not in KINDS:
        raise NotFound("case", ref)
    number = decode(prefix, ref)
    keys = [(one.id, number) for one in await tenants.all_tenants(uow)]
    found: list[Item] = []
    match KINDS[prefix]:
        case "charge":
            found = [_of_case(one) for one in (await suspense.by_id(uow, keys)).values()]
        case "payment":
            found = [_of_intent(one) for one in (await payments.intents_seen(uow, keys)).values()]
        case "refund":
            found = [_of_refund(one) for one in (await payments.refunds_seen(uow, keys)).values()]
    if not found:
        raise NotFound("case", ref)
    return found[0]


async def ask_gateway(house: TradingHouse, ref: str, by: str, address: str) -> None:
    """The gateway is asked about this one now, as the sweeper would, and it is settled as far as it answered. Raises NothingToAsk."""
    async with house.db.read(None) as uow:
        item = await find(uow, ref)
        key = (item.tenant_id, item.id)
        intents = await payments.intents_seen(uow, [key] if item.kind == "payment" else [])
        refunds = await payments.refunds_seen(uow, [key] if item.kind == "refund" else [])
    if not may_be_asked(item):
        raise NothingToAsk(item.ref)
    async with house.db.begin(item.tenant_id) as uow:
        await audit.record(uow, [audit.Entry(item.tenant_id, by, "suspense.asked", item.ref, {}, address)])
    match item.kind:
        case "charge":
            await send_back(house, [item.case] if item.case else [])
        case "payment":
            await look_at(house, intents[key])
        case _:
            await give_back(house, [open_still(refunds[key])])


def may_be_asked(item: Item) -> bool:
    """Whether the gateway can be asked about this one now: a charge only once it is on its way back, and lies there."""
    if item.case and item.case.gateway == suspense.BANK:
        return False
    return item.state == (CaseState.GIVING_BACK if item.kind == "charge" else CaseState.OPEN)


def _of_case(case: CaseFacts) -> Item:
    return Item(
        "charge", case.tenant_id, case.id, case.ref, case.source, case.gateway_ref, case.refund_key if case.tries else "",
        case.amount_minor, case.currency, case.seen_at, case.state, case.order_id, case,
    )  # fmt: skip


def _of_intent(intent: payments.PaymentIntent) -> Item:
    state = CaseState.OPEN if payments.IntentState(intent.state) in payments.UNHEARD else CaseState.SETTLED
    return Item(
        "payment", intent.tenant_id, intent.id, encode("pi", intent.id), "unknown_outcome", intent.charge_ref, intent.gateway_key,
        intent.amount_minor, intent.currency, time_of(intent.id), state, intent.order_id,
    )  # fmt: skip


def _of_refund(refund: payments.PaymentRefund) -> Item:
    ref = encode("rfd", refund.id)
    state = CaseState.OPEN if refund.state == "requested" else CaseState.SETTLED
    return Item(
        "refund", refund.tenant_id, refund.id, ref, "open_refund", refund.charge_ref, ref, refund.amount_minor, refund.currency,
        refund.requested_at, state, refund.order_id,
    )  # fmt: skip


async def _steps_of_case(uow: UnitOfWork, item: Item) -> list[Step]:
    """What people and the gateway did with it, and with the request for a second person, each from its record."""
    refs = [item.ref]
    if item.case and item.case.approval_id is not None:
        refs.append(encode("apr", item.case.approval_id))
    return await _recorded(uow, item, refs)


async def _steps_of_payment(uow: UnitOfWork, item: Item) -> list[Step]:
    """When the gateway was first asked, under which key, and everything that was heard since."""
    answers = await payments.attempts(uow, [(item.tenant_id, item.id)])
    steps = [Step(payments.asked_at(item.id, answers), "payment.asked", "", {"key": item.gateway_key})]
    for one in answers:
        told = {name: value for name, value in (("reason", one.reason), ("gateway_ref", one.charge_ref)) if value}
        steps.append(Step(one.at, f"payment.{one.outcome}", "", told))
    return _in_order([*steps, *await _recorded(uow, item, [item.ref])])


async def _steps_of_refund(uow: UnitOfWork, item: Item) -> list[Step]:
    refund = (await payments.refunds_seen(uow, [(item.tenant_id, item.id)]))[item.tenant_id, item.id]
    steps = [Step(refund.requested_at, "refund.asked", "", {"key": item.gateway_key, "for": refund.business_key})]
    if refund.settled_at is not None:
        told = {name: value for name, value in (("reason", refund.reason), ("gateway_ref", refund.gateway_ref)) if value}
        steps.append(Step(refund.settled_at, f"refund.{refund.state}", "", told))
    return _in_order([*steps, *await _recorded(uow, item, [item.ref])])


async def _recorded(uow: UnitOfWork, item: Item, refs: Sequence[str]) -> list[Step]:
    """What stands in the audit about these, in the order in which it was done."""
    pages = [await audit.records(uow, item.tenant_id, object_ref=ref, limit=_RECORDS) for ref in refs]
    records = sorted((one for page in pages for one in page.data), key=lambda record: record.id)
    return [Step(one.at, one.entry.action, one.entry.actor_ref, one.entry.detail) for one in records]


def _in_order(steps: Sequence[Step]) -> list[Step]:
    return sorted(steps, key=lambda step: step.at)
