"""Idempotency keys: a request is recognised, refused while it runs, and answered again with what it was answered before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Index, SmallInteger, String, delete, select, tuple_, update
from sqlalchemy.orm import Mapped, mapped_column

from velora.kernel.errors import Refusal
from velora.platform.db.base import ACROSS_TENANTS, Base, TenantOwned
from velora.platform.db.errors import Duplicate
from velora.platform.db.types import BigId, Digest, JsonDoc, UtcTime
from velora.platform.db.uow import UnitOfWork

LEASE: Final = timedelta(seconds=30)
KEPT: Final = timedelta(days=7)
# How many expired keys go in one transaction: few enough that nobody waits for it.
FORGOTTEN_AT_ONCE: Final = 500
_TRIES: Final = 3

Identity = tuple[int, str, bytes]


class IdempotencyKeyRow(TenantOwned, Base):
    """One request. `object_id` is what it made, `recovery_point` how far it came, `response_code` is 0 until it is finished."""

    __tablename__ = "idempotency_key"
    __table_args__ = (Index(None, "expires_at"),)

    principal: Mapped[str] = mapped_column(String(80), primary_key=True)
    key_hash: Mapped[bytes] = mapped_column(Digest, primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(Digest)
    recovery_point: Mapped[str] = mapped_column(String(20))
    object_id: Mapped[int] = mapped_column(BigId)
    locked_until: Mapped[datetime] = mapped_column(UtcTime)
    response_code: Mapped[int] = mapped_column(SmallInteger)
    response_body: Mapped[dict[str, object]] = mapped_column(JsonDoc)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)


_KEY: Final = tuple_(IdempotencyKeyRow.tenant_id, IdempotencyKeyRow.principal, IdempotencyKeyRow.key_hash)


@dataclass(frozen=True)
class Asked:
    """What the caller sent: the hash of its key and of its request."""

    key_hash: bytes
    fingerprint: bytes


@dataclass(frozen=True)
class Keyed:
    """A request by this principal (an account or a guest) of this tenant; `object_id` is what it will make."""

    tenant_id: int
    principal: str
    asked: Asked
    object_id: int

    @property
    def identity(self) -> Identity:
        return self.tenant_id, self.principal, self.asked.key_hash


@dataclass(frozen=True)
class Started:
    """Nobody has asked this before; it is ours to do."""


@dataclass(frozen=True)
class Resumed:
    """Somebody began this and did not finish: go on with the object it made, from the point it reached."""

    object_id: int
    recovery_point: str


@dataclass(frozen=True)
class Replay:
    """This was answered before, with this."""

    code: int
    body: Mapping[str, object]


@dataclass(unsafe_hash=True)
class KeyReused(Refusal):
    code = "idempotency.key_reused"
    status = 422
    title = "Idempotency-Key was used for another request"

    def detail(self) -> str:
        return "This Idempotency-Key came with a different request before. Use a fresh key for a new request."


@dataclass(unsafe_hash=True)
class InProgress(Refusal):
    code = "idempotency.in_progress"
    status = 409
    title = "The same request is running"

    def detail(self) -> str:
        return "The same request is being worked on. Ask again with the same key in a moment to get its answer."


Begun = Started | Resumed | Replay | KeyReused | InProgress


async def begin(uow: UnitOfWork, requests: Sequence[Keyed], *, recovery_point: str) -> list[Begun]:
    """Each request is ours, was done before, or is refused. Those that are ours are kept with a lease, at the recovery point."""
    outcomes: dict[Identity, Begun] = {}
    repeated: dict[int, Begun] = {}
    fresh: dict[Identity, Keyed] = {}
    for place, request in enumerate(requests):
        if (first := fresh.setdefault(request.identity, request)) is not request:
            repeated[place] = InProgress() if first.asked == request.asked else KeyReused()
    for attempt in range(_TRIES):
        try:
            await uow.insert(IdempotencyKeyRow, [_row(uow, fresh[identity], recovery_point) for identity in sorted(fresh)])
            break
        except Duplicate:
            if attempt == _TRIES - 1:
                raise
            known = await _known(uow, fresh)
            outcomes |= known
            fresh = {identity: request for identity, request in fresh.items() if identity not in known}
    return [repeated.get(place) or outcomes.get(request.identity) or Started() for place, request in enumerate(requests)]


def finish(uow: UnitOfWork, answers: Mapping[Identity, tuple[int, Mapping[str, object]]]) -> None:
    """From now on these requests are answered with this code and body."""
    for identity, (code, _) in answers.items():
        if not 200 <= code <= 599:
            raise ValueError(f"{code} for {identity} is no HTTP status")
    uow.set_soon(
        IdempotencyKeyRow,
        {
            identity: {"response_code": code, "response_body": dict(body), "recovery_point": "finished"}
            for identity, (code, body) in answers.items()
        },
    )


async def forget(uow: UnitOfWork, identities: Sequence[Identity]) -> None:
    """These requests were never made: they came to nothing, and the same key may ask again."""
    if identities:
        await uow.change(delete(IdempotencyKeyRow).where(_KEY.in_(identities)))


async def forget_expired(uow: UnitOfWork) -> int:
    """Some of the keys whose time is over are gone, those that expired first; how many.

    About FORGOTTEN_AT_ONCE of them, by the index of their time: far from where new ones are written. Those of one batch go together.
    """
    expires_at = IdempotencyKeyRow.expires_at
    in_order = select(expires_at).where(expires_at <= uow.now).order_by(expires_at)
    until = await uow.scalar(in_order.offset(FORGOTTEN_AT_ONCE - 1).limit(1).execution_options(**ACROSS_TENANTS))
    expired = delete(IdempotencyKeyRow).where(expires_at <= (until or uow.now))
    return await uow.change(expired.execution_options(**ACROSS_TENANTS))


def let_go(uow: UnitOfWork, identities: Sequence[Identity]) -> None:
    """The lease of these requests ends now: whoever asks next goes on with them."""
    uow.set_soon(IdempotencyKeyRow, {identity: {"locked_until": uow.now} for identity in identities})


async def _known(uow: UnitOfWork, requests: Mapping[Identity, Keyed]) -> dict[Identity, Begun]:
    """What is known of these requests. Read without a lock: fifty who met the same row would else wait for each other in a ring."""
    known: dict[Identity, Begun] = {}
    for row in await uow.entities(select(IdempotencyKeyRow).where(_KEY.in_(requests))):
        identity = (row.tenant_id, row.principal, row.key_hash)
        if row.fingerprint != requests[identity].asked.fingerprint:
            known[identity] = KeyReused()
        elif row.response_code:
            known[identity] = Replay(row.response_code, row.response_body)
        elif row.locked_until <= uow.now and await _take_over(uow, identity, row.locked_until):
            known[identity] = Resumed(row.object_id, row.recovery_point)
        else:
            known[identity] = InProgress()
    return known


async def _take_over(uow: UnitOfWork, identity: Identity, lease: datetime) -> bool:
    """Whether the lease that ended is ours now: of those who try at once, one is met."""
    taken = update(IdempotencyKeyRow).where(
        _KEY.in_([identity]), IdempotencyKeyRow.locked_until == lease, IdempotencyKeyRow.response_code == 0
    )
    return await uow.change(taken.values(locked_until=uow.now + LEASE)) == 1


def _row(uow: UnitOfWork, request: Keyed, recovery_point: str) -> dict[str, object]:
    return {
        "tenant_id": request.tenant_id, "principal": request.principal, "key_hash": request.asked.key_hash,
        "fingerprint": request.asked.fingerprint, "recovery_point": recovery_point, "object_id": request.object_id,
        "locked_until": uow.now + LEASE, "response_code": 0, "response_body": {}, "expires_at": uow.now + KEPT,
    }  # fmt: skip
