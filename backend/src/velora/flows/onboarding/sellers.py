"""Sellers come to marketplaces: they apply, and the marketplace's administrator decides."""

from collections.abc import Sequence
from dataclasses import dataclass

from velora.kernel.errors import Forbidden, Invalid, NotFound, Refusal
from velora.kernel.ids import encode
from velora.kernel.principal import Principal
from velora.modules.audit import service as audit
from velora.modules.audit.policy import PLATFORM
from velora.modules.sellers import policy
from velora.modules.sellers import service as sellers
from velora.modules.sellers.policy import State
from velora.modules.sellers.service import Membership, NewSeller, SellerFacts, Step
from velora.modules.tenants import service as tenants
from velora.platform.db import UnitOfWork


@dataclass(frozen=True)
class Founding:
    """An organisation to be, by the person who will own it."""

    slug: str
    name: str
    about: str
    country: str
    by: Principal
    address: str = ""


@dataclass(frozen=True)
class Application:
    """A seller asks to sell at the marketplace of this short name."""

    seller_id: int
    tenant_slug: str
    note: str
    by: Principal
    address: str = ""


@dataclass(frozen=True)
class Decision:
    """A marketplace's administrator says where a seller stands there: approved, declined or suspended."""

    tenant_id: int
    seller_id: int
    state: State
    note: str
    by: Principal
    address: str = ""


async def found(uow: UnitOfWork, foundings: Sequence[Founding]) -> list[SellerFacts | Refusal]:
    """Each organisation is there, owned by its founder."""
    outcomes: list[SellerFacts | Refusal] = []
    outcomes += await sellers.found(
        uow,
        [NewSeller(slug=one.slug, name=one.name, country=one.country, owner_id=_account(one.by), about=one.about) for one in foundings],
    )
    await audit.record(
        uow,
        [
            audit.Entry(PLATFORM, one.by.actor_ref, "sellers.founded", encode("sel", seller.id), {"slug": seller.slug}, one.address)
            for one, seller in zip(foundings, outcomes, strict=True)
            if isinstance(seller, SellerFacts)
        ],
    )
    return outcomes


async def apply(uow: UnitOfWork, applications: Sequence[Application]) -> list[Membership | Refusal]:
    """Each application waits for the marketplace's administrator."""
    places = await tenants.by_slug(uow, {one.tenant_slug for one in applications})
    refused: dict[int, NotFound] = {}
    steps: dict[int, Step] = {}
    for number, one in enumerate(applications):
        place = places.get(one.tenant_slug)
        if not policy.may_act_for(one.by, one.seller_id):
            refused[number] = NotFound("seller", encode("sel", one.seller_id))
        elif place is None or not place.is_open:
            refused[number] = NotFound("marketplace", one.tenant_slug)
        else:
            steps[number] = Step(place.id, one.seller_id, State.APPLIED, by=_account(one.by), note=one.note)
    taken = dict(zip(steps, await sellers.step(uow, list(steps.values())), strict=True))
    await _record(uow, [(steps[number], outcome, applications[number]) for number, outcome in taken.items()])
    return [refused[number] if number in refused else taken[number] for number in range(len(applications))]


async def decide(uow: UnitOfWork, decisions: Sequence[Decision]) -> list[Membership | Refusal]:
    """Each seller stands where it was decided, and every decision is on record."""
    refused: dict[int, Forbidden | Invalid] = {}
    steps: dict[int, Step] = {}
    for number, one in enumerate(decisions):
        if not policy.may_decide(one.by, one.tenant_id):
            refused[number] = Forbidden("decide on this marketplace's sellers")
        elif one.state is not State.APPROVED and not one.note.strip():
            refused[number] = Invalid("/note", "Say why: the seller reads it.")
        else:
            steps[number] = Step(one.tenant_id, one.seller_id, one.state, by=_account(one.by), note=one.note.strip())
    taken = dict(zip(steps, await sellers.step(uow, list(steps.values())), strict=True))
    await _record(uow, [(steps[number], outcome, decisions[number]) for number, outcome in taken.items()])
    return [refused[number] if number in refused else taken[number] for number in range(len(decisions))]


@dataclass(frozen=True)
class SellerHere:
    """A seller and where it stands at one marketplace."""

    seller: SellerFacts
    membership: Membership


async def sellers_at(uow: UnitOfWork, tenant_id: int, states: Sequence[State]) -> list[SellerHere]:
    """Every seller at this marketplace in one of these states, the latest application first."""
    memberships = await sellers.memberships_at(uow, tenant_id, states)
    facts = await sellers.facts(uow, {one.seller_id for one in memberships})
    return [SellerHere(facts[one.seller_id], one) for one in memberships]


@dataclass(frozen=True)
class Place:
    """A marketplace, and where a seller stands there; None where it never applied."""

    tenant: tenants.TenantFacts
    membership: Membership | None


async def places_of(uow: UnitOfWork, seller_id: int) -> list[Place] | NotFound:
    """Every open marketplace, and where this seller stands there. Needs platform scope."""
    if not await sellers.facts(uow, {seller_id}):
        return NotFound("seller", encode("sel", seller_id))
    standing = {one.tenant_id: one for one in await sellers.memberships_of(uow, {seller_id})}
    return [Place(tenant, standing.get(tenant.id)) for tenant in await tenants.all_tenants(uow) if tenant.is_open or tenant.id in standing]


async def _record(uow: UnitOfWork, taken: Sequence[tuple[Step, Membership | Refusal, Application | Decision]]) -> None:
    entries = [
        audit.Entry(
            tenant_id=step.tenant_id,
            actor_ref=asked.by.actor_ref,
            action=f"sellers.{step.state.value}",
            object_ref=encode("sel", step.seller_id),
            detail={"note": step.note} if step.note else {},
            address=asked.address,
        )
        for step, outcome, asked in taken
        if isinstance(outcome, Membership)
    ]
    await audit.record(uow, entries)


def _account(principal: Principal) -> int:
    assert principal.account_id is not None, "routes ask for somebody signed in"
    return principal.account_id
