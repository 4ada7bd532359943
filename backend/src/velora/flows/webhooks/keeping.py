"""Endpoints are made and changed by those who may, on record. Whether an address may be reached is asked outside of any transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from velora.flows.webhooks.audience import offered
from velora.flows.webhooks.telling import send_test
from velora.kernel.errors import Forbidden, Invalid, NotFound, Refusal
from velora.kernel.ids import encode
from velora.kernel.principal import Principal
from velora.modules.audit import service as audit
from velora.modules.audit.policy import PLATFORM
from velora.modules.sellers import policy as seller_policy
from velora.modules.sellers import service as sellers
from velora.modules.webhooks import service as webhooks
from velora.modules.webhooks.errors import EndpointDisabled, NeedsPro
from velora.modules.webhooks.policy import signing
from velora.modules.webhooks.policy.endpoints import EndpointState, check
from velora.modules.webhooks.service import Delivery, Endpoint, EndpointChange, NewEndpoint, Owner
from velora.platform import vault
from velora.platform.db import UnitOfWork
from velora.platform.house import House
from velora.platform.outbound import Rules, TargetRefused

PURPOSE: Final = "webhook secrets"


@dataclass(frozen=True)
class Hand:
    """Who acts for an owner, and from where."""

    owner: Owner
    by: Principal
    address: str


@dataclass(frozen=True)
class Wish:
    """What an endpoint is to be."""

    url: str
    description: str
    event_types: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """An endpoint with its secret, which is shown this once."""

    endpoint: Endpoint
    secret: str


async def check_wish(house: House, owner: Owner, wish: Wish) -> None:
    """Raises Invalid for what no endpoint can be, or for a URL that is not reached from here."""
    if refusal := check(wish.description, wish.event_types, offered(to_seller=owner.is_seller)):
        raise refusal
    try:
        await house.outbound.check(wish.url, Rules.of(house.settings))
    except TargetRefused as error:
        raise Invalid("/url", str(error)) from error


async def may_change(uow: UnitOfWork, hand: Hand) -> Refusal | None:
    """A marketplace's administrator; of a seller its owners, where it is a Pro. Routes have asked whose people somebody is."""
    if not hand.owner.is_seller:
        return None
    seller_id = hand.owner.seller_id
    found = (await sellers.facts(uow, {seller_id})).get(seller_id)
    if found is None:
        return NotFound("seller", encode("sel", seller_id))
    if not await sellers.may_manage(uow, seller_id, hand.by):
        return Forbidden("change this seller's webhooks; only its owners may")
    return None if seller_policy.has_webhooks(found.tier) else NeedsPro()


async def create(uow: UnitOfWork, house: House, hand: Hand, wish: Wish) -> Shown | Refusal:
    """The endpoint is there, and its secret is shown."""
    if refusal := await may_change(uow, hand):
        return refusal
    endpoint_id, secret = uow.new_id(), vault.fresh_secret()
    made = await webhooks.create(
        uow, NewEndpoint(hand.owner, endpoint_id, wish.url, wish.description, wish.event_types, locked(house, endpoint_id, secret))
    )
    if isinstance(made, Refusal):
        return made
    await _record(uow, hand, "webhooks.endpoint_created", made)
    return Shown(made, signing.shown(secret))


async def change(uow: UnitOfWork, hand: Hand, endpoint_id: int, wish: Wish, version: int) -> Endpoint | Refusal:
    """The endpoint is as wished, unless somebody else has changed it meanwhile."""
    if refusal := await may_change(uow, hand):
        return refusal
    changed = await webhooks.change(uow, hand.owner, endpoint_id, EndpointChange(wish.url, wish.description, wish.event_types, version))
    return await _recorded(uow, hand, "webhooks.endpoint_changed", changed)


async def rotate(uow: UnitOfWork, house: House, hand: Hand, endpoint_id: int) -> Shown | Refusal:
    """A new secret is shown; for a day both sign."""
    if refusal := await may_change(uow, hand):
        return refusal
    secret = vault.fresh_secret()
    changed = await webhooks.rotate(uow, hand.owner, endpoint_id, locked(house, endpoint_id, secret))
    changed = await _recorded(uow, hand, "webhooks.secret_rotated", changed)
    return changed if isinstance(changed, Refusal) else Shown(changed, signing.shown(secret))


async def enable(uow: UnitOfWork, hand: Hand, endpoint_id: int) -> Endpoint | Refusal:
    """It is sent to again, what waited first."""
    if refusal := await may_change(uow, hand):
        return refusal
    return await _recorded(uow, hand, "webhooks.endpoint_enabled", await webhooks.enable(uow, hand.owner, endpoint_id))


async def disable(uow: UnitOfWork, hand: Hand, endpoint_id: int) -> Endpoint | Refusal:
    """Nothing is sent to it for now."""
    if refusal := await may_change(uow, hand):
        return refusal
    return await _recorded(uow, hand, "webhooks.endpoint_disabled", await webhooks.disable(uow, hand.owner, endpoint_id))


async def remove(uow: UnitOfWork, hand: Hand, endpoint_id: int) -> Endpoint | Refusal:
    """It is gone."""
    if refusal := await may_change(uow, hand):
        return refusal
    return await _recorded(uow, hand, "webhooks.endpoint_removed", await webhooks.remove(uow, hand.owner, endpoint_id))


async def test(uow: UnitOfWork, hand: Hand, endpoint_id: int) -> Delivery | Refusal:
    """A test event is on its way."""
    if refusal := await may_change(uow, hand):
        return refusal
    found = await webhooks.one(uow, hand.owner, endpoint_id)
    if isinstance(found, Refusal):
        return found
    if found.state is not EndpointState.ENABLED:
        return EndpointDisabled()
    return await webhooks.delivery(uow, hand.owner, endpoint_id, await send_test(uow, found))


async def replay(uow: UnitOfWork, hand: Hand, endpoint_id: int, event_id: int) -> Delivery | Refusal:
    """The event is on its way again."""
    if refusal := await may_change(uow, hand):
        return refusal
    if refusal := await webhooks.replay(uow, hand.owner, endpoint_id, event_id):
        return refusal
    detail = {"event": encode("evt", event_id)}
    await _note(uow, hand, "webhooks.delivery_replayed", encode("whe", endpoint_id), detail)
    return await webhooks.delivery(uow, hand.owner, endpoint_id, event_id)


async def replay_failed(uow: UnitOfWork, hand: Hand, endpoint_id: int, since: datetime) -> int | Refusal:
    """Everything since then that was not heard is on its way again; how many events."""
    if refusal := await may_change(uow, hand):
        return refusal
    found = await webhooks.replay_failed(uow, hand.owner, endpoint_id, since)
    if not isinstance(found, Refusal):
        detail = {"since": since.isoformat(), "events": found}
        await _note(uow, hand, "webhooks.failed_replayed", encode("whe", endpoint_id), detail)
    return found


def locked(house: House, endpoint_id: int, secret: bytes) -> bytes:
    """The secret as it is kept, for this endpoint alone."""
    return vault.lock(house.secret_key, PURPOSE, encode("whe", endpoint_id), secret)


def unlocked(house: House, endpoint_id: int, kept: bytes) -> bytes:
    """Raises vault.Unreadable."""
    return vault.unlock(house.secret_key, PURPOSE, encode("whe", endpoint_id), kept)


async def _recorded(uow: UnitOfWork, hand: Hand, action: str, outcome: Endpoint | Refusal) -> Endpoint | Refusal:
    if not isinstance(outcome, Refusal):
        await _record(uow, hand, action, outcome)
    return outcome


async def _record(uow: UnitOfWork, hand: Hand, action: str, endpoint: Endpoint) -> None:
    await _note(uow, hand, action, endpoint.ref, {"url": endpoint.url, "event_types": list(endpoint.event_types)})


async def _note(uow: UnitOfWork, hand: Hand, action: str, ref: str, detail: Mapping[str, object]) -> None:
    if hand.owner.is_seller:
        detail = {**detail, "seller": encode("sel", hand.owner.seller_id)}
    await audit.record(uow, [audit.Entry(hand.owner.tenant_id or PLATFORM, hand.by.actor_ref, action, ref, detail, hand.address)])
