"""What happened goes into the queues of those who listen: a reaction, in a transaction and once for each event."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from velora.flows.webhooks.audience import AUDIENCES, TEST, Concerns, sellers_of
from velora.kernel.ids import encode, time_of
from velora.modules.webhooks import service as webhooks
from velora.modules.webhooks.service import Endpoint, NewDelivery, Owner
from velora.platform.db import UnitOfWork


async def enqueue(uow: UnitOfWork, events: Sequence[Any]) -> None:
    """Every endpoint that may hear of these events, and has chosen to, has a delivery of each. Events come with their number."""
    told = [event for event in events if type(event) in AUDIENCES]
    if unnumbered := [event for event in told if not event.number]:
        raise ValueError(f"{unnumbered[0]} has no number in the outbox: a receiver could not tell a repetition from a new event.")
    concerned = await _concerned(uow, told)
    tenant_ids = {event.tenant_id for event in told if AUDIENCES[type(event)].tenant}
    listening = await webhooks.listening(uow, tenant_ids, {seller_id for sellers in concerned for seller_id in sellers})
    if not listening:
        return
    new: list[NewDelivery] = []
    for event, sellers in zip(told, concerned, strict=True):
        for (tenant_id, seller_id, endpoint_id), types in listening.items():
            if event.type not in types:
                continue
            owner = Owner(tenant_id, seller_id)
            if owner.is_seller and seller_id in sellers:
                new.append(_delivery(owner, endpoint_id, event.number, event.type, sellers[seller_id]))
            elif not owner.is_seller and AUDIENCES[type(event)].tenant and tenant_id == event.tenant_id:
                new.append(_delivery(owner, endpoint_id, event.number, event.type, event.data()))
    await webhooks.enqueue(uow, new)


async def send_test(uow: UnitOfWork, endpoint: Endpoint) -> int:
    """An event that means nothing is on its way to the endpoint; its number."""
    number = uow.new_id()
    await webhooks.enqueue(uow, [_delivery(endpoint.owner, endpoint.id, number, TEST, {"endpoint_id": endpoint.ref})])
    return number


async def _concerned(uow: UnitOfWork, events: Sequence[Any]) -> list[dict[int, dict[str, object]]]:
    """Which sellers each event is about; nothing is asked where no seller listens to anything."""
    if any(AUDIENCES[type(event)].sellers is not Concerns.NOBODY for event in events) and await webhooks.is_anything_of_sellers(uow):
        return await sellers_of(uow, events)
    return [{} for _ in events]


def _delivery(owner: Owner, endpoint_id: int, number: int, type_: str, data: Mapping[str, object]) -> NewDelivery:
    body = {"type": type_, "timestamp": time_of(number).isoformat().replace("+00:00", "Z"), "data": data}
    return NewDelivery(owner.key(endpoint_id), number, type_, orjson.dumps(body).decode())


def message_id(number: int) -> str:
    """What a receiver knows an event by, at every try and at every endpoint."""
    return encode("evt", number)
