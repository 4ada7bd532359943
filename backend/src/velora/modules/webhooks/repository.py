"""The SQL of webhooks. Every row and every predicate names its owner: a marketplace and seller 0, or tenant 0 and a seller."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, delete, func, literal, or_, select, tuple_, update

from velora.modules.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from velora.platform.db import ACROSS_TENANTS, UnitOfWork

Owning = tuple[int, int]  # tenant, seller
Key = tuple[int, int, int]  # and the endpoint
DeliveryKey = tuple[int, int, int, int]  # and the event

_ENDPOINT = tuple_(WebhookEndpoint.tenant_id, WebhookEndpoint.seller_id, WebhookEndpoint.id)
_DELIVERY = tuple_(WebhookDelivery.tenant_id, WebhookDelivery.seller_id, WebhookDelivery.endpoint_id, WebhookDelivery.event_id)


async def add_endpoints(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    await uow.insert(WebhookEndpoint, rows)


async def of_owner(uow: UnitOfWork, owner: Owning) -> Sequence[WebhookEndpoint]:
    """The owner's endpoints, the oldest first."""
    tenant_id, seller_id = owner
    chosen = select(WebhookEndpoint).where(WebhookEndpoint.tenant_id == tenant_id, WebhookEndpoint.seller_id == seller_id)
    return await uow.entities(chosen.order_by(WebhookEndpoint.id))


async def endpoint(uow: UnitOfWork, key: Key) -> WebhookEndpoint | None:
    return await uow.entity(select(WebhookEndpoint).where(_ENDPOINT.in_([key])))


async def lock_endpoint(uow: UnitOfWork, key: Key) -> WebhookEndpoint | None:
    return await uow.entity(UnitOfWork.for_update(select(WebhookEndpoint).where(_ENDPOINT.in_([key]))))


async def change_endpoints(uow: UnitOfWork, values: Mapping[Key, Mapping[str, object]]) -> None:
    await uow.set_on(WebhookEndpoint, values)


async def remove_endpoint(uow: UnitOfWork, key: Key) -> int:
    return await uow.change(delete(WebhookEndpoint).where(_ENDPOINT.in_([key])))


async def is_anything_of_sellers(uow: UnitOfWork) -> bool:
    """Whether any seller listens to anything at all."""
    chosen = select(literal(1)).select_from(WebhookEndpoint).where(WebhookEndpoint.tenant_id == 0).limit(1)
    return await uow.scalar(chosen) is not None


async def listening(uow: UnitOfWork, tenant_ids: Collection[int], seller_ids: Collection[int]) -> Sequence[tuple[Key, list[str]]]:
    """The enabled endpoints of these marketplaces and of these sellers, with what each wants to hear."""
    here = WebhookEndpoint.tenant_id.in_(sorted(tenant_ids)) & (WebhookEndpoint.seller_id == 0)
    theirs = (WebhookEndpoint.tenant_id == 0) & WebhookEndpoint.seller_id.in_(sorted(seller_ids))
    columns = (WebhookEndpoint.tenant_id, WebhookEndpoint.seller_id, WebhookEndpoint.id, WebhookEndpoint.event_types)
    chosen = select(*columns).where(or_(here, theirs), WebhookEndpoint.state == "enabled")
    rows = await uow.all(chosen.order_by(WebhookEndpoint.tenant_id, WebhookEndpoint.seller_id, WebhookEndpoint.id))
    return [((tenant_id, seller_id, id_), types) for tenant_id, seller_id, id_, types in rows]


def _due(uow: UnitOfWork, lane: str):
    return (
        WebhookEndpoint.lane == lane,
        WebhookEndpoint.state == "enabled",
        WebhookEndpoint.next_at <= uow.now,
        WebhookEndpoint.leased_until <= uow.now,
        WebhookEndpoint.rest_until <= uow.now,
    )


async def is_due(uow: UnitOfWork, lane: str) -> bool:
    """Whether any endpoint of the lane has something to be sent now."""
    chosen = select(literal(1)).select_from(WebhookEndpoint).where(*_due(uow, lane)).limit(1)
    return await uow.scalar(chosen.execution_options(**ACROSS_TENANTS)) is not None


async def due_keys(uow: UnitOfWork, lane: str, limit: int) -> list[Key]:
    """The endpoints that have waited longest, read without a lock."""
    chosen = select(WebhookEndpoint.tenant_id, WebhookEndpoint.seller_id, WebhookEndpoint.id).where(*_due(uow, lane))
    rows = await uow.all(chosen.order_by(WebhookEndpoint.next_at).limit(limit).execution_options(**ACROSS_TENANTS))
    return [(tenant_id, seller_id, id_) for tenant_id, seller_id, id_ in rows]


async def lock_one_due(uow: UnitOfWork, lane: str, keys: Collection[Key]) -> WebhookEndpoint | None:
    """One of these that is still due and that no other worker is taking at this moment. By key: an order of its own would lock them all."""
    chosen = select(WebhookEndpoint).where(_ENDPOINT.in_(sorted(keys)), *_due(uow, lane))
    chosen = chosen.order_by(WebhookEndpoint.tenant_id, WebhookEndpoint.seller_id, WebhookEndpoint.id).limit(1)
    return await uow.entity(UnitOfWork.for_update(chosen, skip_locked=True)) if keys else None


async def add_deliveries(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    await uow.insert(WebhookDelivery, rows)


async def known(uow: UnitOfWork, keys: Collection[DeliveryKey]) -> set[DeliveryKey]:
    """Those of these deliveries that there are."""
    columns = (WebhookDelivery.tenant_id, WebhookDelivery.seller_id, WebhookDelivery.endpoint_id, WebhookDelivery.event_id)
    return {(t, s, e, n) for t, s, e, n in await uow.all(select(*columns).where(_DELIVERY.in_(sorted(keys))))} if keys else set()


async def change_deliveries(uow: UnitOfWork, values: Mapping[DeliveryKey, Mapping[str, object]]) -> None:
    await uow.set_on(WebhookDelivery, values)


async def delivery(uow: UnitOfWork, key: DeliveryKey) -> WebhookDelivery | None:
    return await uow.entity(select(WebhookDelivery).where(_DELIVERY.in_([key])))


async def lock_delivery(uow: UnitOfWork, key: DeliveryKey) -> WebhookDelivery | None:
    return await uow.entity(UnitOfWork.for_update(select(WebhookDelivery).where(_DELIVERY.in_([key]))))


def _of_endpoint(key: Key):
    return (WebhookDelivery.tenant_id == key[0], WebhookDelivery.seller_id == key[1], WebhookDelivery.endpoint_id == key[2])


async def due_deliveries(uow: UnitOfWork, key: Key, limit: int) -> Sequence[WebhookDelivery]:
    """What is due, in the order in which it fell due, which for what is new is that in which it happened."""
    chosen = select(WebhookDelivery).where(*_of_endpoint(key), WebhookDelivery.next_at <= uow.now)
    return await uow.entities(chosen.order_by(WebhookDelivery.next_at, WebhookDelivery.event_id).limit(limit))


async def next_due(uow: UnitOfWork, key: Key) -> datetime | None:
    return await uow.scalar(select(func.min(WebhookDelivery.next_at)).where(*_of_endpoint(key)))


async def deliveries(
    uow: UnitOfWork, key: Key, *, states: Collection[str], type_: str | None, before: int | None, limit: int
) -> Sequence[WebhookDelivery]:
    """An endpoint's deliveries, the newest event first."""
    chosen = select(WebhookDelivery).where(*_of_endpoint(key), WebhookDelivery.state.in_(states))
    chosen = chosen if type_ is None else chosen.where(WebhookDelivery.type == type_)
    chosen = chosen if before is None else chosen.where(WebhookDelivery.event_id < before)
    return await uow.entities(chosen.order_by(WebhookDelivery.event_id.desc()).limit(limit))


async def ask_again(uow: UnitOfWork, key: Key, *, states: Collection[str], since_event: int) -> int:
    """What stands in these states, of events from this one on, is pending again; how many."""
    chosen = update(WebhookDelivery).where(*_of_endpoint(key), WebhookDelivery.event_id >= since_event, WebhookDelivery.state.in_(states))
    return await uow.change(chosen.values(state="pending", tries=0, next_at=uow.now))


async def add_attempts(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    await uow.insert(WebhookAttempt, rows)


async def attempts(uow: UnitOfWork, key: DeliveryKey) -> Sequence[WebhookAttempt]:
    """The attempts of a delivery, the newest first."""
    chosen = select(WebhookAttempt).where(
        WebhookAttempt.tenant_id == key[0],
        WebhookAttempt.seller_id == key[1],
        WebhookAttempt.endpoint_id == key[2],
        WebhookAttempt.event_id == key[3],
    )
    return await uow.entities(chosen.order_by(WebhookAttempt.id.desc()))


async def forget_before(uow: UnitOfWork, event_id: int, limit: int) -> int:
    """Deliveries of events older than this one are gone, with their attempts: the oldest first, about so many; how many deliveries."""
    oldest = select(WebhookDelivery.event_id).where(WebhookDelivery.event_id < event_id).order_by(WebhookDelivery.event_id).limit(limit)
    page = await uow.entities(oldest.execution_options(**ACROSS_TENANTS))
    if not page:
        return 0
    tried = delete(WebhookAttempt).where(WebhookAttempt.event_id <= page[-1])
    await uow.change(tried.execution_options(**ACROSS_TENANTS))
    gone = delete(WebhookDelivery).where(WebhookDelivery.event_id <= page[-1])
    return await uow.change(gone.execution_options(**ACROSS_TENANTS))


async def everywhere(uow: UnitOfWork) -> Sequence[WebhookEndpoint]:
    """Everybody's endpoints."""
    chosen = select(WebhookEndpoint).order_by(WebhookEndpoint.tenant_id, WebhookEndpoint.seller_id, WebhookEndpoint.id)
    return await uow.entities(chosen.execution_options(**ACROSS_TENANTS))


async def waiting_for_enabled(uow: UnitOfWork) -> tuple[int, int | None]:
    """How many deliveries are still to be sent to endpoints that are enabled, and the event of the oldest."""
    theirs = and_(
        WebhookEndpoint.tenant_id == WebhookDelivery.tenant_id,
        WebhookEndpoint.seller_id == WebhookDelivery.seller_id,
        WebhookEndpoint.id == WebhookDelivery.endpoint_id,
    )
    chosen = select(func.count(), func.min(WebhookDelivery.event_id)).join(WebhookEndpoint, theirs)
    chosen = chosen.where(WebhookDelivery.state.in_(("pending", "failed")), WebhookEndpoint.state == "enabled")
    row = await uow.first(chosen.execution_options(**ACROSS_TENANTS))
    return (int(row[0]), row[1]) if row else (0, None)


async def count_given_up(uow: UnitOfWork) -> int:
    """How many deliveries nobody tries any more, of all endpoints."""
    chosen = select(func.count()).select_from(WebhookDelivery).where(WebhookDelivery.state == "given_up")
    return int(await uow.scalar(chosen.execution_options(**ACROSS_TENANTS)) or 0)


async def count_waiting(uow: UnitOfWork) -> dict[Key, int]:
    """How many deliveries are still to be sent, by endpoint."""
    parts = (WebhookDelivery.tenant_id, WebhookDelivery.seller_id, WebhookDelivery.endpoint_id)
    chosen = select(*parts, func.count()).where(WebhookDelivery.next_at.is_not(None)).group_by(*parts)
    rows = await uow.all(chosen.execution_options(**ACROSS_TENANTS))
    return {(tenant_id, seller_id, endpoint_id): how_many for tenant_id, seller_id, endpoint_id, how_many in rows}
