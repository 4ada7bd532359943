"""The story of a notice: believed only when signed just now, looked up at the gateway, and heard once with all that follows.

No network inside a transaction: the object is asked for before. What it says goes the same way as a reply to our own question, so a
notice may come twice, late, in the wrong order or before our own reply.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from velora.flows.disputes.settle import DisputeNews
from velora.flows.disputes.settle import settle as settle_disputes
from velora.flows.house import TradingHouse
from velora.flows.payment_outcome.settle import News, heard_of
from velora.flows.payment_outcome.settle import settle as settle_payments
from velora.flows.refund.settle import RefundNews
from velora.flows.refund.settle import settle as settle_refunds
from velora.flows.suspense.unmatched import Unmatched, keep_unmatched
from velora.kernel.errors import NotFound, Refusal
from velora.modules.payments import service as payments
from velora.modules.payments.gateways.port import Captured, Forged, Notice, RefundFailed, Seen, SeenCharge, SeenDispute, SeenRefund, Unheard
from velora.modules.payments.service import IntentState, inbox
from velora.modules.tenants import service as tenants
from velora.platform.db import Duplicate, UnitOfWork

Key = tuple[int, int]  # tenant, payment or refund


@dataclass(unsafe_hash=True)
class ForgedNotice(Refusal):
    code = "payments.notice_forged"
    status = 400
    title = "Not a notice of this gateway"
    why: str

    def detail(self) -> str:
        return f"{self.why} Nothing was done. Check the secret of the endpoint and the clock of this server."


@dataclass(unsafe_hash=True)
class GatewayAway(Refusal):
    code = "payments.gateway_away"
    status = 503
    title = "The gateway does not answer"

    def detail(self) -> str:
        return "What the notice is about could not be looked up. Send it again later."


@dataclass(frozen=True)
class Received:
    """A notice that was believed, and what its object said when it was asked."""

    gateway: str
    notice: Notice
    seen: Seen

    @property
    def key(self) -> tuple[str, str]:
        return self.gateway, self.notice.event_id


async def hear(house: TradingHouse, gateway: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether the notice was new; all that follows from it stands then. Raises NotFound, ForgedNotice, GatewayAway."""
    if gateway != house.gateway.name:
        raise NotFound("gateway", gateway)
    notice = house.gateway.read_notice(body, headers, house.clock.now())
    if isinstance(notice, Forged):
        raise ForgedNotice(notice.why)
    async with house.db.read(None) as uow:
        if await inbox.had(uow, {(gateway, notice.event_id)}):
            return False
    seen = await house.gateway.look_up(notice)
    if isinstance(seen, Unheard):
        raise GatewayAway
    try:
        return await house.writes.submit(take, Received(gateway, notice, seen))
    except Duplicate:
        return False  # another process was quicker


async def take(uow: UnitOfWork, received: Sequence[Received]) -> list[bool]:
    """Each notice that was not heard before is in the inbox, and what its object says is settled; whether each was new."""
    had = await inbox.had(uow, {one.key for one in received})
    fresh: dict[tuple[str, str], Received] = {}
    answers: list[bool] = []
    for one in received:
        answers.append(one.key not in had and one.key not in fresh)
        if answers[-1]:
            fresh[one.key] = one
    whose = await _whose(uow, [one.seen for one in fresh.values()])
    strays = await _settle_charges(uow, list(fresh.values()), whose)
    strays |= await _settle_refunds(uow, [one for one in fresh.values() if isinstance(one.seen, SeenRefund)], whose)
    kept = await keep_unmatched(uow, strays)
    kept |= await _settle_disputes(uow, [one for one in fresh.values() if isinstance(one.seen, SeenDispute)], whose)
    await inbox.note(uow, [_noted(one, whose.get(_key_of(one.seen)), kept.get(one.key)) for one in fresh.values()])
    return answers


async def _settle_charges(uow: UnitOfWork, received: Sequence[Received], whose: Mapping[str, Key]) -> dict[tuple[str, str], Unmatched]:
    """The payments of these stand as the gateway has them; what was taken for none of ours, or for one that was given up, is answered.

    A dispute tells of its charge as well: it may come before anything else that we hear of that.
    """
    seen = {one.key: charge for one in received if (charge := _charge_of(one.seen)) is not None}
    ours = {key: one for key, one in seen.items() if one.key in whose}
    settled = dict(
        zip(ours, await settle_payments(uow, [News(heard_of(*whose[one.key], one.outcome)) for one in ours.values()]), strict=True)
    )
    strays: dict[tuple[str, str], Unmatched] = {}
    for key, one in seen.items():
        if not isinstance(one.outcome, Captured) or one.amount_minor < 1:
            continue
        stands = settled.get(key)
        if stands is None:
            strays[key] = Unmatched(key[0], one.ref, one.amount_minor, one.currency)
        elif not isinstance(stands, Refusal) and stands.state in (IntentState.VOIDED, IntentState.DECLINED):
            strays[key] = Unmatched(key[0], one.ref, one.amount_minor, one.currency, whose[one.key][0])
    return strays


async def _settle_refunds(uow: UnitOfWork, received: Sequence[Received], whose: Mapping[str, Key]) -> dict[tuple[str, str], Unmatched]:
    """The refunds of these stand as the gateway has them; what came back after it had gone is answered."""
    ours = {one.key: one.seen for one in received if isinstance(one.seen, SeenRefund) and one.seen.key in whose}
    before = await payments.refunds_seen(uow, {whose[one.key] for one in ours.values()})
    await settle_refunds(uow, [RefundNews(*whose[one.key], one.outcome) for one in ours.values()])
    strays: dict[tuple[str, str], Unmatched] = {}
    for key, one in ours.items():
        refund = before[whose[one.key]]
        if isinstance(one.outcome, RefundFailed) and refund.state == "succeeded":
            strays[key] = Unmatched(key[0], one.ref, refund.amount_minor, refund.currency, refund.tenant_id)
    return strays


async def _settle_disputes(uow: UnitOfWork, received: Sequence[Received], whose: Mapping[str, Key]) -> dict[tuple[str, str], Unmatched]:
    """The disputes of these stand as the gateway has them; what banks took of charges that are none of ours is answered."""
    seen = {one.key: one.seen for one in received if isinstance(one.seen, SeenDispute)}
    news = [DisputeNews(key[0], one, whose.get(one.charge.key)) for key, one in seen.items()]
    stands = dict(zip(seen, await settle_disputes(uow, news), strict=True)) if news else {}
    return {
        key: Unmatched(one.gateway, one.gateway_ref, one.suspended_minor, one.currency, one.tenant_id)
        for key, one in stands.items()
        if one is not None and one.intent_id is None and one.suspended_minor
    }


async def _whose(uow: UnitOfWork, seen: Sequence[Seen]) -> dict[str, Key]:
    """The payment or refund of ours that each key stands for."""
    places = [one.id for one in await tenants.all_tenants(uow)]
    keys = {_key_of(one) for one in seen}
    return await payments.intents_named(uow, places, keys) | await payments.refunds_named(uow, places, keys)


def _charge_of(seen: Seen) -> SeenCharge | None:
    """The charge that this is, or that it is a dispute about."""
    return seen.charge if isinstance(seen, SeenDispute) else seen if isinstance(seen, SeenCharge) else None


def _key_of(seen: Seen) -> str:
    named = _charge_of(seen) or seen
    return named.key if isinstance(named, SeenCharge | SeenRefund) else ""


def _noted(one: Received, whose: Key | None, kept: Unmatched | None) -> inbox.Heard:
    notice = one.notice
    if kept is not None:
        return inbox.Heard(
            one.gateway, notice.event_id, notice.type, notice.ref, "unmatched", kept.tenant_id, kept.amount_minor, kept.currency
        )  # fmt: skip
    outcome: inbox.Outcome = "told" if whose else "nothing"
    return inbox.Heard(one.gateway, notice.event_id, notice.type, notice.ref, outcome, whose[0] if whose else None)
