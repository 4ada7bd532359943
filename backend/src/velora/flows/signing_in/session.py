"""Who a session token belongs to: one look into the cache where it is warm, the rows where it is cold or away."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from velora.kernel.principal import Principal, Role
from velora.modules.identity import service as identity
from velora.modules.identity.policy import SEEN_EVERY
from velora.modules.sellers import service as sellers
from velora.platform.cache import CacheAway, keys
from velora.platform.house import House
from velora.platform.tokens import digest_of

# A session that changed must not be brought back by a reader who had looked before: for this long its key holds
# CHANGED, which sends every reader to the rows and which `swap` does not overwrite.
CHANGED: Final = b"-"
_CHANGED_FOR: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class _Known:
    """What is kept of a session: enough for a principal at any tenant."""

    session_id: int
    account_id: int
    ends_at: datetime
    platform_roles: frozenset[Role]
    roles_at: dict[int, frozenset[Role]]
    seller_ids: frozenset[int]

    def at(self, tenant_id: int | None) -> Principal:
        own = self.roles_at.get(tenant_id, frozenset[Role]()) if tenant_id is not None else frozenset[Role]()
        roles = own | self.platform_roles | ({Role.SELLER} if self.seller_ids else frozenset[Role]())
        return Principal(self.account_id, self.session_id, tenant_id, roles, self.seller_ids)


async def principal(house: House, token: str, tenant_id: int | None) -> Principal | None:
    """The caller behind this token, in the roles it has at this tenant; None when the session ended or never was."""
    digest = digest_of(token)
    believed = house.recent.get(digest)
    if isinstance(believed, _Known) and house.clock.now() < believed.ends_at:
        return believed.at(tenant_id)
    known = await _known(house, digest)
    if known is None:
        return None
    house.recent.put(digest, known)
    return known.at(tenant_id)


async def _known(house: House, digest: bytes) -> _Known | None:
    try:
        kept = await house.cache.get(keys.session(digest))
    except CacheAway:
        kept = CHANGED
    if kept is not None and kept != CHANGED:
        known = _read(kept)
        return known if house.clock.now() < known.ends_at else None
    known = await _from_rows(house, digest)
    if known is None:
        return None
    if kept is None:
        with suppress(CacheAway):  # the next request reads the rows again
            await house.cache.swap(keys.session(digest), None, _written(known), ttl=SEEN_EVERY)
    return known


async def forget(house: House, token_digests: Collection[bytes]) -> None:
    """What is kept of these sessions is not believed any more. Call it after the change is committed.

    With the cache away, what it holds may be believed until its time is over (`SEEN_EVERY`) once it is back.
    """
    for digest in token_digests:
        house.recent.drop(digest)
    with suppress(CacheAway):
        for digest in token_digests:
            await house.cache.put(keys.session(digest), CHANGED, ttl=_CHANGED_FOR)


async def forget_accounts(house: House, account_ids: Collection[int]) -> None:
    """The roles of these accounts are read afresh in all their sessions. Call it after the change is committed."""
    async with house.db.read(None) as uow:
        digests = [session.token_digest for session in await identity.sessions(uow, account_ids)]
    await forget(house, digests)


async def _from_rows(house: House, digest: bytes) -> _Known | None:
    async with house.db.read(None) as uow:
        standing = await identity.standing(uow, digest)
        if standing is None:
            return None
        jobs = await sellers.sellers_of(uow, {standing.account_id})
    if standing.due_to_be_seen:
        async with house.db.begin(None) as uow:
            await identity.see_session(uow, standing.session_id)
    return _Known(
        session_id=standing.session_id,
        account_id=standing.account_id,
        ends_at=standing.ends_at,
        platform_roles=standing.platform_roles,
        roles_at=dict(standing.roles_at),
        seller_ids=frozenset(jobs[standing.account_id]),
    )


def _written(known: _Known) -> bytes:
    return orjson.dumps(
        {
            "session": known.session_id,
            "account": known.account_id,
            "ends": int(known.ends_at.timestamp()),
            "platform": sorted(known.platform_roles),
            "at": {str(tenant_id): sorted(roles) for tenant_id, roles in known.roles_at.items()},
            "sellers": sorted(known.seller_ids),
        }
    )


def _read(kept: bytes) -> _Known:
    document: dict[str, Any] = orjson.loads(kept)  # as `_written` wrote it
    return _Known(
        session_id=document["session"],
        account_id=document["account"],
        ends_at=datetime.fromtimestamp(document["ends"], UTC),
        platform_roles=frozenset(Role(role) for role in document["platform"]),
        roles_at={int(tenant_id): frozenset(Role(role) for role in roles) for tenant_id, roles in document["at"].items()},
        seller_ids=frozenset(document["sellers"]),
    )
