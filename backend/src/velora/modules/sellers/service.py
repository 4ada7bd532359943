"""Use cases of sellers."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from velora.kernel.errors import Invalid, NotFound
from velora.kernel.ids import encode
from velora.kernel.principal import Principal, Role
from velora.modules.sellers import policy, repository
from velora.modules.sellers.errors import LastOwner, NotPossibleNow, SellerSlugTaken
from velora.modules.sellers.events import SellerApplied, SellerApproved, SellerDeclined, SellerSuspended
from velora.modules.sellers.models import Seller, SellerImprint, SellerMembership, SellerStaff
from velora.modules.sellers.policy import StaffRole, State, Tier
from velora.platform.db import UnitOfWork

_TOLD: dict[State, type[SellerApplied | SellerApproved | SellerDeclined | SellerSuspended]] = {
    State.APPLIED: SellerApplied,
    State.APPROVED: SellerApproved,
    State.DECLINED: SellerDeclined,
    State.SUSPENDED: SellerSuspended,
}


@dataclass(frozen=True)
class SellerFacts:
    """An organisation as the others see it."""

    id: int
    slug: str
    name: str
    about: str
    country: str
    tier: str
    since: datetime


@dataclass(frozen=True)
class NewSeller:
    """An organisation to be, with the account that owns it."""

    slug: str
    name: str
    country: str
    owner_id: int
    about: str = ""
    tier: str = "standard"


@dataclass(frozen=True)
class Imprint:
    """Who the seller is before the law, and where. `tax_number` as its country writes it; empty where it has none."""

    legal_name: str
    line1: str
    line2: str
    postal_code: str
    city: str
    country: str
    tax_number: str


@dataclass(frozen=True)
class StaffMember:
    account_id: int
    role: StaffRole
    since: datetime


@dataclass(frozen=True)
class Step:
    """A seller is to reach this state at a marketplace; `by` is the account that says so."""

    tenant_id: int
    seller_id: int
    state: State
    by: int
    note: str = ""


@dataclass(frozen=True)
class Membership:
    """Where a seller stands at a marketplace; `decided_by` is an account."""

    tenant_id: int
    seller_id: int
    state: State
    applied_at: datetime
    decided_at: datetime | None
    decided_by: int | None
    note: str


async def found(uow: UnitOfWork, wanted: Sequence[NewSeller]) -> list[SellerFacts | Invalid | SellerSlugTaken]:
    """Every organisation with a free short name is there, owned by its founder; it may sell nowhere yet."""
    taken = {seller.slug for seller in await repository.sellers(uow, Seller.slug.in_({new.slug for new in wanted}))}
    outcomes: list[SellerFacts | Invalid | SellerSlugTaken] = []
    for new in wanted:
        refusal = policy.check_seller(slug=new.slug, name=new.name, about=new.about, country=new.country)
        refusal = refusal or (SellerSlugTaken(new.slug) if new.slug in taken else None)
        taken.add(new.slug)
        outcomes.append(refusal or SellerFacts(uow.new_id(), new.slug, new.name.strip(), new.about, new.country, new.tier, uow.now))
    made = [(facts, new) for facts, new in zip(outcomes, wanted, strict=True) if isinstance(facts, SellerFacts)]
    await repository.add_sellers(uow, [_row(facts) for facts, _ in made])
    await repository.add_staff(
        uow,
        [{"seller_id": facts.id, "account_id": new.owner_id, "role": StaffRole.OWNER.value, "since": uow.now} for facts, new in made],
    )
    return outcomes


async def facts(uow: UnitOfWork, ids: Collection[int]) -> dict[int, SellerFacts]:
    """The sellers of these ids; the unknown are missing."""
    return {seller.id: _facts(seller) for seller in await repository.sellers(uow, Seller.id.in_(ids))}


async def by_slug(uow: UnitOfWork, slugs: Collection[str]) -> dict[str, SellerFacts]:
    """The sellers of these short names; the unknown are missing."""
    return {seller.slug: _facts(seller) for seller in await repository.sellers(uow, Seller.slug.in_(slugs))}


async def set_tier(uow: UnitOfWork, seller_id: int, tier: Tier) -> SellerFacts | NotFound:
    """The seller has what belongs to this tier from now on."""
    await repository.set_tier(uow, seller_id, tier.value)
    return (await facts(uow, {seller_id})).get(seller_id) or NotFound("seller", encode("sel", seller_id))


async def imprints(uow: UnitOfWork, seller_ids: Collection[int]) -> dict[int, Imprint]:
    """The imprints of these sellers; who has given none is missing."""
    return {row.seller_id: _imprint(row) for row in await repository.imprints(uow, seller_ids)}


async def set_imprint(uow: UnitOfWork, seller_id: int, wanted: Imprint) -> Imprint | Invalid | NotFound:
    """This is the seller's imprint from now on. What was issued before says what it said."""
    values = {name: " ".join(str(value).split()) for name, value in asdict(wanted).items()}
    if refusal := policy.check_imprint(values):
        return refusal
    if await repository.lock(uow, seller_id) is None:
        return NotFound("seller", encode("sel", seller_id))
    is_new = seller_id not in await imprints(uow, [seller_id])
    await repository.set_imprint(uow, seller_id, {**values, "changed_at": uow.now}, is_new=is_new)
    return Imprint(**values)


async def staff(uow: UnitOfWork, seller_id: int) -> list[StaffMember]:
    """Everyone who works for this seller, the longest first."""
    return sorted(_team(await repository.staff(uow, seller_id)).values(), key=lambda member: (member.since, member.account_id))


async def may_manage(uow: UnitOfWork, seller_id: int, by: Principal) -> bool:
    """Whether this person may do what is the owners' of the seller: one of them, or a super admin."""
    own = next((member.role for member in await staff(uow, seller_id) if member.account_id == by.account_id), None)
    return policy.may_manage_staff(own) or by.has(Role.SUPER_ADMIN)


async def teams(uow: UnitOfWork, seller_ids: Collection[int]) -> dict[int, list[StaffMember]]:
    """Everyone who works for each of these sellers; every seller asked for is a key."""
    found: dict[int, list[StaffMember]] = {seller_id: [] for seller_id in seller_ids}
    for row in await repository.teams(uow, seller_ids):
        found[row.seller_id].append(StaffMember(row.account_id, StaffRole(row.role), row.since))
    return found


async def sellers_of(uow: UnitOfWork, account_ids: Collection[int]) -> dict[int, list[int]]:
    """For whom each account works; every account asked for is a key."""
    jobs: defaultdict[int, list[int]] = defaultdict(list)
    for account_id, seller_id in await repository.jobs(uow, account_ids):
        jobs[account_id].append(seller_id)
    return {account_id: jobs[account_id] for account_id in account_ids}


async def hire(uow: UnitOfWork, seller_id: int, account_id: int, role: StaffRole) -> StaffMember | LastOwner:
    """The account works for the seller in this role. The last owner stays an owner."""
    team = _team(await repository.lock_staff(uow, seller_id))
    if role is not StaffRole.OWNER and _owners(team.values()) == {account_id}:
        return LastOwner()
    if account_id in team:
        await repository.set_staff_role(uow, seller_id, account_id, role.value)
        return StaffMember(account_id, role, team[account_id].since)
    await repository.add_staff(uow, [{"seller_id": seller_id, "account_id": account_id, "role": role.value, "since": uow.now}])
    return StaffMember(account_id, role, uow.now)


async def dismiss(uow: UnitOfWork, seller_id: int, account_id: int) -> StaffMember | LastOwner | NotFound:
    """The account no longer works for the seller. The last owner stays."""
    team = _team(await repository.lock_staff(uow, seller_id))
    if account_id not in team:
        return NotFound("staff member", encode("acc", account_id))
    if _owners(team.values()) == {account_id}:
        return LastOwner()
    await repository.remove_staff(uow, seller_id, account_id)
    return team[account_id]


async def step(uow: UnitOfWork, steps: Sequence[Step]) -> list[Membership | NotPossibleNow | NotFound]:
    """Every membership that may is in its new state; the others learn in which they are. Earlier steps count for later ones.

    Who may take a step is asked before, of `policy.may_act_for` (apply) and `policy.may_decide` (the rest).
    """
    known = await facts(uow, {wanted.seller_id for wanted in steps})
    rows = await repository.lock_memberships(uow, {(wanted.tenant_id, wanted.seller_id) for wanted in steps})
    before = {(row.tenant_id, row.seller_id): _membership(row) for row in rows}
    after = dict(before)
    outcomes: list[Membership | NotPossibleNow | NotFound] = []
    for wanted in steps:
        key = (wanted.tenant_id, wanted.seller_id)
        current = after.get(key)
        if wanted.seller_id not in known or (current is None and wanted.state is not State.APPLIED):
            outcomes.append(NotFound("seller", encode("sel", wanted.seller_id)))
        elif not policy.may_step(current.state if current else None, wanted.state):
            outcomes.append(NotPossibleNow(wanted.state.value, current.state.value if current else "unknown"))
        else:
            after[key] = _after(wanted, current, uow.now)
            outcomes.append(after[key])
    await repository.add_memberships(uow, [_membership_row(after[key]) for key in after.keys() - before.keys()])
    changed = {key: _membership_row(after[key]) for key in before if after[key] != before[key]}
    await repository.set_memberships(uow, {key: _without_key(row) for key, row in changed.items()})
    uow.tell(_TOLD[taken.state](taken.tenant_id, taken.seller_id) for taken in outcomes if isinstance(taken, Membership))
    return outcomes


async def memberships_at(uow: UnitOfWork, tenant_id: int, states: Collection[State] = tuple(State)) -> list[Membership]:
    """Every seller at this marketplace in one of these states, the latest application first."""
    return [_membership(row) for row in await repository.memberships_at(uow, tenant_id, [state.value for state in states])]


async def memberships_of(uow: UnitOfWork, seller_ids: Collection[int]) -> list[Membership]:
    """Where these sellers stand, at every marketplace. Needs platform scope."""
    return [_membership(row) for row in await repository.memberships_of(uow, seller_ids)]


async def approved(uow: UnitOfWork, tenant_id: int, seller_ids: Collection[int]) -> set[int]:
    """Those of these sellers who may sell at this marketplace now."""
    return await repository.in_state(uow, tenant_id, seller_ids, State.APPROVED.value)


def _after(wanted: Step, current: Membership | None, now: datetime) -> Membership:
    if wanted.state is State.APPLIED or current is None:
        return Membership(wanted.tenant_id, wanted.seller_id, wanted.state, now, None, None, wanted.note)
    return replace(current, state=wanted.state, decided_at=now, decided_by=wanted.by, note=wanted.note)


def _membership(row: SellerMembership) -> Membership:
    return Membership(row.tenant_id, row.seller_id, State(row.state), row.applied_at, row.decided_at, row.decided_by, row.note)


def _membership_row(membership: Membership) -> dict[str, object]:
    return {
        "tenant_id": membership.tenant_id,
        "seller_id": membership.seller_id,
        "state": membership.state.value,
        "applied_at": membership.applied_at,
        "decided_at": membership.decided_at,
        "decided_by": membership.decided_by,
        "note": membership.note,
    }


def _without_key(row: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in row.items() if name not in {"tenant_id", "seller_id"}}


def _facts(seller: Seller) -> SellerFacts:
    return SellerFacts(seller.id, seller.slug, seller.name, seller.about, seller.country, seller.tier, seller.created_at)


def _imprint(row: SellerImprint) -> Imprint:
    return Imprint(row.legal_name, row.line1, row.line2, row.postal_code, row.city, row.country, row.tax_number)


def _row(facts: SellerFacts) -> dict[str, object]:
    return {
        "id": facts.id,
        "slug": facts.slug,
        "name": facts.name,
        "about": facts.about,
        "country": facts.country,
        "tier": facts.tier,
        "created_at": facts.since,
    }


def _team(rows: Sequence[SellerStaff]) -> dict[int, StaffMember]:
    return {row.account_id: StaffMember(row.account_id, StaffRole(row.role), row.since) for row in rows}


def _owners(team: Collection[StaffMember]) -> set[int]:
    return {member.account_id for member in team if member.role is StaffRole.OWNER}
