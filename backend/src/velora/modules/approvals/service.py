"""Use cases of approvals. Every function takes many; a request moves forward only, under a lock on its row."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from velora.kernel.errors import NotFound, Refusal
from velora.kernel.ids import encode
from velora.kernel.paging import Page, decode_cursor, encode_cursor
from velora.modules.approvals import repository
from velora.modules.approvals.errors import AlreadyAsked, Changed, NotApproved
from velora.modules.approvals.models import Approval
from velora.modules.approvals.policy import LASTS, OPEN, PLATFORM, ApprovalFacts, Matter, State, fingerprint_of, objection
from velora.modules.approvals.repository import Key, Place
from velora.platform.db import Duplicate, UnitOfWork

__all__ = ["LASTS", "OPEN", "PLATFORM", "ApprovalFacts", "Matter", "Request", "State", "Taking", "Vote"]

_TRIES: Final = 3


@dataclass(frozen=True)
class Request:
    """Somebody wants this done; a second person may agree until `lasts` is over. `by` is who asks, as an actor's ref."""

    tenant_id: int
    matter: Matter
    by: str
    lasts: timedelta = LASTS


@dataclass(frozen=True)
class Vote:
    """What somebody says about a request. `seen` is the fingerprint of what the person was shown, where it was shown."""

    tenant_id: int
    id: int
    by: str
    reason: str = ""
    seen: bytes | None = None


@dataclass(frozen=True)
class Taking:
    """This is being done now, in this transaction."""

    tenant_id: int
    matter: Matter

    @property
    def place(self) -> Place:
        return self.tenant_id, self.matter.place


async def request(uow: UnitOfWork, requests: Sequence[Request]) -> list[ApprovalFacts | Refusal]:
    """Each stands as requested, unless one about the same subject is open: then the refusal names that one."""
    outcomes: dict[int, ApprovalFacts | Refusal] = {}
    first: dict[Place, ApprovalFacts] = {}
    for attempt in range(_TRIES):
        outcomes, first = {}, {}
        there = {(one.tenant_id, one.matter.place): one for one in await _open(uow, {(r.tenant_id, r.matter.place) for r in requests})}
        for place, one in enumerate(requests):
            where = (one.tenant_id, one.matter.place)
            if known := there.get(where) or first.get(where):
                outcomes[place] = AlreadyAsked(known.ref, known.state)
            else:
                outcomes[place] = first[where] = _made(uow, one)
        try:
            await repository.add(uow, [_row(facts) for facts in first.values()])
            break
        except Duplicate:  # somebody else asked for the same between our look and our write
            if attempt == _TRIES - 1:
                raise
    return [outcomes[place] for place in range(len(requests))]


async def approve(uow: UnitOfWork, votes: Sequence[Vote]) -> list[ApprovalFacts | Refusal]:
    """Each is agreed to by a second person, in time, and is what that person was shown."""
    return await _vote(uow, votes, State.APPROVED)


async def reject(uow: UnitOfWork, votes: Sequence[Vote]) -> list[ApprovalFacts | Refusal]:
    """Each is turned down by a second person, and can be asked for anew."""
    return await _vote(uow, votes, State.REJECTED)


async def withdraw(uow: UnitOfWork, votes: Sequence[Vote]) -> list[ApprovalFacts | Refusal]:
    """Who asked no longer wants it, whether it was agreed to or not."""
    return await _vote(uow, votes, State.WITHDRAWN)


async def expire_due(uow: UnitOfWork, *, limit: int) -> list[ApprovalFacts]:
    """Open requests whose time is over have expired, those that were agreed to and not done among them. Platform scope."""
    keys = await repository.overdue(uow, sorted(OPEN), uow.now, limit)
    due = [one for one in map(_facts, await repository.lock(uow, keys)) if one.state in OPEN and one.expires_at <= uow.now]
    ended = [replace(one, state=State.EXPIRED) for one in due]
    await repository.change(uow, {one.key: _moved(one) for one in ended})
    return ended


async def take(uow: UnitOfWork, takings: Sequence[Taking]) -> list[ApprovalFacts | Refusal]:
    """Each was agreed to exactly as it is done now, and counts as done: in this transaction, and never again."""
    there = {(one.tenant_id, one.matter.place): one for one in await _open(uow, {one.place for one in takings})}
    outcomes: list[ApprovalFacts | Refusal] = []
    done: list[ApprovalFacts] = []
    for taking in takings:
        known = there.get(taking.place)
        refusal = _cannot_take(known, taking, uow.now)
        if known is None or refusal:
            outcomes.append(refusal or NotApproved(""))
            continue
        there.pop(taking.place)  # for whoever asks twice in one batch
        done.append(replace(known, state=State.DONE, done_at=uow.now))
        outcomes.append(done[-1])
    await repository.change(uow, {one.key: _moved(one) for one in done})
    return outcomes


async def by_id(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, ApprovalFacts]:
    """The requests with these (tenant, id) keys; those there are not are missing."""
    return {(one.tenant_id, one.id): _facts(one) for one in await repository.by_id(uow, keys)}


async def listed(
    uow: UnitOfWork,
    tenant_id: int | None,
    *,
    states: Collection[State] = (),
    action: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[ApprovalFacts]:
    """Requests of this marketplace (None: of all, and of the installation), newest first."""
    before = int(decode_cursor(cursor, int)[0]) if cursor else None
    rows = await repository.listed(uow, tenant_id=tenant_id, states=states, action=action, before=before, limit=limit + 1)
    shown = [_facts(row) for row in rows[:limit]]
    return Page(shown, encode_cursor(shown[-1].id) if len(rows) > limit else None)


async def _vote(uow: UnitOfWork, votes: Sequence[Vote], then: State) -> list[ApprovalFacts | Refusal]:
    there = {one.key: one for one in map(_facts, await repository.lock(uow, {(one.tenant_id, one.id) for one in votes}))}
    outcomes: list[ApprovalFacts | Refusal] = []
    moved: dict[Key, ApprovalFacts] = {}
    for vote in votes:
        key = (vote.tenant_id, vote.id)
        known = there.get(key)
        if known is None:
            outcomes.append(NotFound("approval", encode("apr", vote.id)))
        elif refusal := _against(known, vote, then, uow.now):
            outcomes.append(refusal)
        else:
            there[key] = moved[key] = replace(known, state=then, decided_by=vote.by, decided_at=uow.now, reason=vote.reason)
            outcomes.append(moved[key])
    await repository.change(uow, {key: _moved(one) for key, one in moved.items()})
    return outcomes


def _against(known: ApprovalFacts, vote: Vote, then: State, now: datetime) -> Refusal | None:
    if refusal := objection(known, then, vote.by, now):
        return refusal
    written = fingerprint_of(known.tenant_id, known.matter)
    if then is State.APPROVED and (known.fingerprint != written or vote.seen not in (None, written)):
        return Changed(known.ref)
    return None


def _cannot_take(known: ApprovalFacts | None, taking: Taking, now: datetime) -> Refusal | None:
    if known is None or known.state is State.REQUESTED:
        return NotApproved(known.ref if known else "")
    if refusal := objection(known, State.DONE, "", now):
        return refusal
    return None if known.fingerprint == fingerprint_of(taking.tenant_id, taking.matter) else Changed(known.ref)


async def _open(uow: UnitOfWork, places: Collection[Place]) -> list[ApprovalFacts]:
    return [_facts(one) for one in await repository.lock_open(uow, places)]


def _made(uow: UnitOfWork, one: Request) -> ApprovalFacts:
    return ApprovalFacts(
        one.tenant_id, uow.new_id(), one.matter, fingerprint_of(one.tenant_id, one.matter), one.by, uow.now, uow.now + one.lasts,
        State.REQUESTED, "", None, None, "",
    )  # fmt: skip


def _row(one: ApprovalFacts) -> dict[str, object]:
    matter = one.matter
    return {
        "tenant_id": one.tenant_id, "id": one.id, "action": matter.action, "subject": matter.subject, "open_subject": matter.place,
        "payload": dict(matter.payload), "fingerprint": one.fingerprint, "amount_minor": matter.amount_minor, "currency": matter.currency,
        "requested_by": one.requested_by, "requested_at": one.requested_at, "expires_at": one.expires_at, "state": one.state.value,
        "decided_by": "", "decided_at": None, "done_at": None, "reason": "",
    }  # fmt: skip


def _moved(one: ApprovalFacts) -> Mapping[str, object]:
    return {
        "state": one.state.value, "open_subject": one.matter.place if one.state in OPEN else None, "decided_by": one.decided_by,
        "decided_at": one.decided_at, "done_at": one.done_at, "reason": one.reason,
    }  # fmt: skip


def _facts(row: Approval) -> ApprovalFacts:
    return ApprovalFacts(
        row.tenant_id, row.id, Matter(row.action, row.subject, row.payload, row.amount_minor, row.currency), row.fingerprint,
        row.requested_by, row.requested_at, row.expires_at, State(row.state), row.decided_by, row.decided_at, row.done_at, row.reason,
    )  # fmt: skip
