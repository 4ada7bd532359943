"""The queue of each endpoint: filled when something happened, emptied by one worker at a time, in transactions that never wait for it.

Whoever changes a queue locks its endpoint first. So what is put in while a worker looks for what is next is either seen by it, or
wakes the endpoint afterwards.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from velora.kernel.errors import NotFound
from velora.kernel.ids import encode, first_id_at
from velora.modules.webhooks import repository
from velora.modules.webhooks.errors import EndpointDisabled
from velora.modules.webhooks.models import WebhookDelivery, WebhookEndpoint
from velora.modules.webhooks.policy import schedule
from velora.modules.webhooks.policy.endpoints import NOT_HEARD, OPEN, DeliveryState, EndpointState, Reason
from velora.modules.webhooks.policy.schedule import Lane
from velora.modules.webhooks.policy.verdict import Heard, Verdict, may_ask_to_wait, reason, verdict
from velora.modules.webhooks.repository import Key
from velora.modules.webhooks.service.endpoints import DELIVERIES, Owner
from velora.platform.db import UnitOfWork

_A_HANDFUL: Final = 20
_CANDIDATES: Final = 16
_NOBODY: Final = 0


@dataclass(frozen=True)
class NewDelivery:
    """An event for an endpoint; `body` is what its receiver reads, to the letter."""

    key: Key
    event_id: int
    type: str
    body: str


@dataclass(frozen=True)
class Due:
    """One body that is to be sent now."""

    event_id: int
    body: str


@dataclass(frozen=True)
class Claimed:
    """An endpoint that is its taker's alone until the lease ends, with its locked secrets that sign and what is due, in order."""

    owner: Owner
    endpoint_id: int
    url: str
    secrets: tuple[bytes, ...]
    lease: int
    due: tuple[Due, ...]

    @property
    def key(self) -> Key:
        return self.owner.key(self.endpoint_id)


@dataclass(frozen=True)
class Standing:
    """How an endpoint stands after a try. `claimed` is None when it is its taker's no more: removed, disabled, or taken by another."""

    claimed: Claimed | None
    rest: timedelta = timedelta(0)
    disabled: Reason = Reason.NONE


async def listening(uow: UnitOfWork, tenant_ids: Collection[int], seller_ids: Collection[int]) -> dict[Key, frozenset[str]]:
    """The enabled endpoints of these marketplaces and these sellers, with the types of events that each wants."""
    return {key: frozenset(types) for key, types in await repository.listening(uow, tenant_ids, seller_ids)}


async def is_anything_of_sellers(uow: UnitOfWork) -> bool:
    """Whether any seller has an endpoint, so that it is worth asking whom an event concerns."""
    return await repository.is_anything_of_sellers(uow)


async def enqueue(uow: UnitOfWork, new: Sequence[NewDelivery]) -> int:
    """Each event is sent to its endpoint once this transaction has committed; one that was put in before is not put in again."""
    if not new:
        return 0
    # The endpoints first: see above.
    await repository.change_endpoints(uow, {one.key: {"next_at": uow.now} for one in new})
    there = await repository.known(uow, {(*one.key, one.event_id) for one in new})
    fresh = {(*one.key, one.event_id): one for one in new if (*one.key, one.event_id) not in there}
    await repository.add_deliveries(uow, [_row(uow, one) for _, one in sorted(fresh.items())])
    uow.wakes(DELIVERIES)
    return len(fresh)


async def is_due(uow: UnitOfWork, lane: Lane) -> bool:
    """Whether a worker of this lane has something to do: a look that disturbs nobody."""
    return await repository.is_due(uow, lane.value)


async def claim(uow: UnitOfWork, lane: Lane) -> Claimed | None:
    """The endpoint that has waited longest, for this caller alone while its lease lasts; None where none has anything due."""
    row = await repository.lock_one_due(uow, lane.value, await repository.due_keys(uow, lane.value, _CANDIDATES))
    if row is None:
        return None
    lease = uow.new_id()
    await repository.change_endpoints(uow, {_key(row): {"lease": lease, "leased_until": uow.now + schedule.LEASE}})
    due = await repository.due_deliveries(uow, _key(row), _A_HANDFUL)
    is_old_valid = row.old_secret is not None and row.old_secret_until is not None and row.old_secret_until > uow.now
    secrets = (row.secret, row.old_secret) if is_old_valid and row.old_secret is not None else (row.secret,)
    return Claimed(Owner(row.tenant_id, row.seller_id), row.id, row.url, secrets, lease, tuple(Due(one.event_id, one.body) for one in due))


async def settle(uow: UnitOfWork, claimed: Claimed, event_id: int, sent: Mapping[str, str], heard: Heard) -> Standing:
    """What came of one try is kept and decides what is next, and the lease goes on.

    Whoever wakes so late that another has taken the endpoint meanwhile adds to the log, and to nothing else.
    """
    endpoint = await repository.lock_endpoint(uow, claimed.key)
    row = await repository.lock_delivery(uow, (*claimed.key, event_id))
    if endpoint is None or row is None:
        return Standing(None)
    await repository.add_attempts(uow, [_attempt(uow, claimed, event_id, sent, heard)])
    said = verdict(heard.status)
    is_mine = endpoint.lease == claimed.lease
    if is_mine or said is Verdict.HEARD:
        await repository.change_deliveries(uow, {(*claimed.key, event_id): _after(uow, row, said, heard)})
    if not is_mine:
        return Standing(None)
    values, disabled, rest = _endpoint_after(uow, endpoint, said, heard)
    goes_on = endpoint.state == EndpointState.ENABLED and disabled is Reason.NONE
    values |= {"leased_until": uow.now + schedule.LEASE} if goes_on else {"leased_until": uow.now, "lease": _NOBODY}
    await repository.change_endpoints(uow, {claimed.key: values})
    return Standing(claimed if goes_on else None, rest, disabled)


async def let_go(uow: UnitOfWork, claimed: Claimed, rest: timedelta) -> None:
    """The endpoint is anybody's again, after a rest where it needs one; its next turn is when its next delivery is due."""
    endpoint = await repository.lock_endpoint(uow, claimed.key)
    if endpoint is None or endpoint.lease != claimed.lease:
        return
    next_at = await repository.next_due(uow, claimed.key)
    values = {"lease": _NOBODY, "leased_until": uow.now, "rest_until": uow.now + rest, "next_at": next_at}
    await repository.change_endpoints(uow, {claimed.key: values})
    if next_at is not None and next_at <= uow.now and not rest:
        uow.wakes(DELIVERIES)  # whoever works in its lane: that may be another one now


async def replay(uow: UnitOfWork, owner: Owner, endpoint_id: int, event_id: int) -> NotFound | EndpointDisabled | None:
    """The event is sent again soon, with the same id and body, and tried as often as a new one."""
    endpoint = await repository.lock_endpoint(uow, owner.key(endpoint_id))
    row = await repository.lock_delivery(uow, (*owner.key(endpoint_id), event_id)) if endpoint else None
    if endpoint is None or row is None:
        return NotFound("delivery", encode("evt", event_id)) if endpoint else NotFound("webhook endpoint", encode("whe", endpoint_id))
    if endpoint.state != EndpointState.ENABLED:
        return EndpointDisabled()
    values = {"state": DeliveryState.PENDING.value, "tries": 0, "next_at": uow.now}
    await repository.change_deliveries(uow, {(*owner.key(endpoint_id), event_id): values})
    await _wake(uow, owner.key(endpoint_id))
    return None


async def replay_failed(uow: UnitOfWork, owner: Owner, endpoint_id: int, since: datetime) -> int | NotFound | EndpointDisabled:
    """Everything that happened since and was not heard is sent again soon; how many events."""
    endpoint = await repository.lock_endpoint(uow, owner.key(endpoint_id))
    if endpoint is None:
        return NotFound("webhook endpoint", encode("whe", endpoint_id))
    if endpoint.state != EndpointState.ENABLED:
        return EndpointDisabled()
    since_event = max(first_id_at(since), 0)
    found = await repository.ask_again(uow, owner.key(endpoint_id), states={one.value for one in NOT_HEARD}, since_event=since_event)
    if found:
        await _wake(uow, owner.key(endpoint_id))
    return found


async def _wake(uow: UnitOfWork, key: Key) -> None:
    await repository.change_endpoints(uow, {key: {"next_at": uow.now, "rest_until": uow.now}})
    uow.wakes(DELIVERIES)


def _after(uow: UnitOfWork, row: WebhookDelivery, said: Verdict, heard: Heard) -> dict[str, object]:
    """The delivery after a try; what was heard before stays heard."""
    tries = row.tries + 1
    values: dict[str, object] = {"attempts": row.attempts + 1, "last_status": heard.status, "last_error": reason(heard)[:400]}
    if said is Verdict.HEARD:
        return values | {"state": DeliveryState.DELIVERED.value, "tries": tries, "next_at": None, "delivered_at": uow.now}
    if DeliveryState(row.state) not in OPEN:
        return values
    wait = schedule.wait_after(tries, row.event_id)
    if wait is None:
        return values | {"state": DeliveryState.GIVEN_UP.value, "tries": tries, "next_at": None}
    return values | {"state": DeliveryState.FAILED.value, "tries": tries, "next_at": uow.now + max(wait, _asked(uow, heard))}


def _endpoint_after(uow: UnitOfWork, endpoint: WebhookEndpoint, said: Verdict, heard: Heard) -> tuple[dict[str, object], Reason, timedelta]:
    """What changes of the endpoint, why it is disabled if it is, and how long it rests."""
    lane = schedule.lane_for(failed=said is not Verdict.HEARD, duration_ms=heard.duration_ms)
    if said is Verdict.HEARD:
        return {"failures": 0, "failing_since": None, "lane": lane.value}, Reason.NONE, timedelta(0)
    failing_since = endpoint.failing_since or uow.now
    values: dict[str, object] = {"failures": endpoint.failures + 1, "failing_since": failing_since, "lane": lane.value}
    disabled = Reason.GONE if said is Verdict.GONE else Reason.FAILING if schedule.is_dead(uow.now, failing_since) else Reason.NONE
    if endpoint.state != EndpointState.ENABLED:
        disabled = Reason.NONE  # it is already
    if disabled is not Reason.NONE:
        values |= {"state": EndpointState.DISABLED.value, "reason": disabled.value, "since": uow.now, "version": endpoint.version + 1}
    return values, disabled, max(schedule.rest_after(endpoint.failures + 1), _asked(uow, heard))


def _asked(uow: UnitOfWork, heard: Heard) -> timedelta:
    return schedule.asked_to_wait(heard.retry_after, uow.now) if may_ask_to_wait(heard.status) else timedelta(0)


def _key(row: WebhookEndpoint) -> Key:
    return row.tenant_id, row.seller_id, row.id


def _row(uow: UnitOfWork, one: NewDelivery) -> dict[str, object]:
    tenant_id, seller_id, endpoint_id = one.key
    return {
        "tenant_id": tenant_id, "seller_id": seller_id, "endpoint_id": endpoint_id, "event_id": one.event_id, "type": one.type,
        "body": one.body, "state": DeliveryState.PENDING.value, "tries": 0, "attempts": 0, "next_at": uow.now, "last_status": None,
        "last_error": "", "created_at": uow.now, "delivered_at": None,
    }  # fmt: skip


def _attempt(uow: UnitOfWork, claimed: Claimed, event_id: int, sent: Mapping[str, str], heard: Heard) -> dict[str, object]:
    return {
        "tenant_id": claimed.owner.tenant_id, "seller_id": claimed.owner.seller_id, "endpoint_id": claimed.endpoint_id,
        "event_id": event_id, "id": uow.new_id(), "at": uow.now, "request_headers": dict(sent), "status": heard.status,
        "reply": heard.reply, "duration_ms": heard.duration_ms, "error": reason(heard)[:400],
    }  # fmt: skip
