"""A second person decides: what is agreed to is done at once, what is not is given up, and every step is on record."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from velora.flows.four_eyes.actions import ACTIONS, Action
from velora.flows.house import TradingHouse
from velora.flows.once import Once, once
from velora.flows.second_person import Hand, on_record, take
from velora.kernel.errors import Forbidden, NotFound, Refusal, accepted
from velora.kernel.ids import encode
from velora.kernel.principal import Role
from velora.modules.approvals import service as approvals
from velora.modules.approvals.service import PLATFORM, ApprovalFacts, State, Taking, Vote
from velora.modules.tenants import service as tenants
from velora.platform.db import UnitOfWork
from velora.platform.db.idempotency import Replay

_AT_ONCE: Final = 100
_NOBODY: Final = Hand("system")

Deciding = Callable[[UnitOfWork, Sequence[Vote]], Awaitable[list[ApprovalFacts | Refusal]]]
Outcome = ApprovalFacts | Refusal


@dataclass(frozen=True)
class Decision:
    """What a person with these roles says about a request. `seen` is the fingerprint of what the person was shown."""

    tenant_id: int
    approval_id: int
    by: Hand
    roles: frozenset[Role]
    reason: str = ""
    seen: bytes | None = None

    @property
    def vote(self) -> Vote:
        return Vote(self.tenant_id, self.approval_id, self.by.actor_ref, self.reason, self.seen)


async def find(uow: UnitOfWork, approval_id: int) -> ApprovalFacts:
    """The request with this id, of whichever marketplace or of the installation. Raises NotFound."""
    places = [PLATFORM, *(one.id for one in await tenants.all_tenants(uow))]
    found = await approvals.by_id(uow, [(place, approval_id) for place in places])
    if not found:
        raise NotFound("approval", encode("apr", approval_id))
    return next(iter(found.values()))


async def approve(uow: UnitOfWork, decisions: Sequence[Decision]) -> list[Outcome]:
    """Each is agreed to and, where its action says how, done: in this one transaction. Raises the refusal of an action that cannot be."""
    outcomes = await _decide(uow, decisions, approvals.approve)
    hands = {(one.tenant_id, one.approval_id): one.by for one in decisions}
    done: dict[tuple[int, int], ApprovalFacts] = {}
    for action, agreed in _by_action(outcomes).items():
        if act := ACTIONS[action].act:
            await act(uow, agreed)
            for one in agreed:
                [taken] = accepted(ApprovalFacts, await take(uow, [Taking(one.tenant_id, one.matter)], hands[one.key]))
                done[taken.key] = taken
    return [done.get(one.key, one) if isinstance(one, ApprovalFacts) else one for one in outcomes]


async def reject(uow: UnitOfWork, decisions: Sequence[Decision]) -> list[Outcome]:
    """Each is turned down, and what waited for it waits no longer."""
    return await _given_up(uow, await _decide(uow, decisions, approvals.reject))


async def withdraw(uow: UnitOfWork, decisions: Sequence[Decision]) -> list[Outcome]:
    """Who asked no longer wants it, and what waited for it waits no longer."""
    return await _given_up(uow, await _decide(uow, decisions, approvals.withdraw))


async def approve_once(uow: UnitOfWork, requests: Sequence[Once[Decision]]) -> list[ApprovalFacts | Replay | Refusal]:
    """As `approve`, once for each Idempotency-Key."""
    return await once(uow, requests, approve, _said)


async def reject_once(uow: UnitOfWork, requests: Sequence[Once[Decision]]) -> list[ApprovalFacts | Replay | Refusal]:
    """As `reject`, once for each Idempotency-Key."""
    return await once(uow, requests, reject, _said)


async def withdraw_once(uow: UnitOfWork, requests: Sequence[Once[Decision]]) -> list[ApprovalFacts | Replay | Refusal]:
    """As `withdraw`, once for each Idempotency-Key."""
    return await once(uow, requests, withdraw, _said)


async def follow_up(house: TradingHouse, decided: Sequence[ApprovalFacts]) -> None:
    """What follows outside the transaction from what was done: the gateway is asked. Not done, the sweepers do it."""
    for action, done in _by_action([one for one in decided if one.state is State.DONE]).items():
        if after := ACTIONS[action].after:
            await after(house, done)


async def expire_approvals(house: TradingHouse) -> int:
    """What nobody decided on in time, or nobody did, has expired and is given up; how many."""
    async with house.db.begin(None) as uow:
        return len(await expire(uow))


async def expire(uow: UnitOfWork) -> list[ApprovalFacts]:
    """The same in this unit of work, of the platform: those that have expired now."""
    ended = await approvals.expire_due(uow, limit=_AT_ONCE)
    await on_record(uow, [(one, _NOBODY) for one in ended])
    await _given_up(uow, ended)
    return ended


async def _decide(uow: UnitOfWork, decisions: Sequence[Decision], deciding: Deciding) -> list[Outcome]:
    known = await approvals.by_id(uow, {(one.tenant_id, one.approval_id) for one in decisions})
    refused: Mapping[int, Refusal] = {
        place: refusal
        for place, one in enumerate(decisions)
        if (facts := known.get((one.tenant_id, one.approval_id))) and (refusal := _may_not(facts, one))
    }
    allowed = [place for place in range(len(decisions)) if place not in refused]
    decided = dict(zip(allowed, await deciding(uow, [decisions[place].vote for place in allowed]), strict=True))
    steps = [(one, decisions[place].by) for place, one in decided.items() if isinstance(one, ApprovalFacts)]
    await on_record(uow, steps)
    return [refused.get(place) or decided[place] for place in range(len(decisions))]


def _may_not(facts: ApprovalFacts, decision: Decision) -> Refusal | None:
    action = ACTIONS.get(facts.matter.action)
    if action is None:
        return Forbidden(f"decide on {facts.matter.action}, which this version of Velora does not know")
    return None if decision.roles & {action.role, Role.SUPER_ADMIN} else Forbidden(f"decide on {facts.matter.action}")


async def _given_up(uow: UnitOfWork, outcomes: Sequence[Outcome]) -> list[Outcome]:
    for action, ended in _by_action(outcomes).items():
        if give_up := ACTIONS.get(action, Action()).give_up:
            await give_up(uow, ended)
    return list(outcomes)


def _by_action(outcomes: Sequence[Outcome]) -> dict[str, list[ApprovalFacts]]:
    groups: defaultdict[str, list[ApprovalFacts]] = defaultdict(list)
    for one in outcomes:
        if isinstance(one, ApprovalFacts):
            groups[one.matter.action].append(one)
    return groups


def _said(one: ApprovalFacts) -> Mapping[str, object]:
    return {"approval": one.ref, "state": one.state}
