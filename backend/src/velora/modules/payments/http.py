"""Routes of payments: a buyer's saved cards; and the sandbox gateway's own counter, where the browser's card form goes, as it would go

to another company's server.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from velora.kernel.errors import Invalid, NotFound
from velora.kernel.principal import Principal
from velora.modules.payments.gateways.port import Counter, NotKnown
from velora.modules.payments.service import methods
from velora.platform.db import UnitOfWork
from velora.platform.web import HouseDep, Schema, SignedIn, Tenant, ident, problems
from velora.platform.web.callers import BadCsrfToken, NotSignedIn, UnknownHost

router = APIRouter(prefix="/sandbox", tags=["sandbox gateway"])
account_router = APIRouter(prefix="/account/payment-methods", tags=["account"], responses=problems(UnknownHost, NotSignedIn, BadCsrfToken))

MethodId = Annotated[int, ident("pm")]


class PaymentMethodOut(Schema):
    """A card as its owner knows it."""

    id: MethodId
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    is_default: bool


class PaymentMethodsOut(Schema):
    data: list[PaymentMethodOut]


class CardIn(Schema):
    number: str = Field(min_length=12, max_length=24, examples=["4242 4242 4242 4242"])
    exp_month: int = Field(ge=1, le=12, examples=[12])
    exp_year: int = Field(ge=2000, le=2100, examples=[2030])
    cvc: str = Field(pattern="^[0-9]{3,4}$", examples=["123"])


class TokenOut(Schema):
    token: str
    brand: str
    last4: str


class ChallengeIn(Schema):
    approve: bool


class ChallengeOut(Schema):
    state: str


async def _sandbox(request: Request) -> Counter:
    gateway = request.app.state.house.gateway
    if not isinstance(gateway, Counter):
        raise NotFound("sandbox gateway", "here")
    return gateway


Sandbox = Annotated[Counter, Depends(_sandbox)]


@router.post("/tokens", status_code=201, responses=problems(Invalid))
async def make_token(card: CardIn, sandbox: Sandbox) -> TokenOut:
    """A token that stands for this card."""
    made = await sandbox.tokenize(card.number, card.exp_month, card.exp_year)
    if made is None:
        raise Invalid("/number", "This is not a card number. Check the digits.")
    return TokenOut(token=made.token, brand=made.brand, last4=made.last4)


@router.post("/challenges/{ref}", responses=problems(NotFound))
async def answer_challenge(ref: str, answer: ChallengeIn, sandbox: Sandbox) -> ChallengeOut:
    """The buyer's word to the bank."""
    found = await sandbox.answer_challenge(ref, approved=answer.approve)
    if isinstance(found, NotKnown):
        raise NotFound("challenge", ref)
    return ChallengeOut(state=type(found).__name__.lower())


@account_router.get("")
async def list_payment_methods(tenant: Tenant, caller: SignedIn, house: HouseDep) -> PaymentMethodsOut:
    """The caller's saved cards in this marketplace, the default first."""
    async with house.db.read(tenant.id) as uow:
        return await _shown(uow, tenant.id, caller)


@account_router.put("/{method_id}/default", responses=problems(NotFound))
async def set_default_payment_method(method_id: MethodId, tenant: Tenant, caller: SignedIn, house: HouseDep) -> PaymentMethodsOut:
    """This card is offered first from now on."""
    async with house.db.begin(tenant.id) as uow:
        await methods.make_default(uow, tenant.id, caller.account_id or 0, method_id)
    async with house.db.read(tenant.id) as uow:
        return await _shown(uow, tenant.id, caller)


@account_router.delete("/{method_id}", status_code=204, responses=problems(NotFound))
async def remove_payment_method(method_id: MethodId, tenant: Tenant, caller: SignedIn, house: HouseDep) -> None:
    """This card is forgotten, and never charged again."""
    async with house.db.begin(tenant.id) as uow:
        await methods.remove(uow, tenant.id, caller.account_id or 0, method_id)


async def _shown(uow: UnitOfWork, tenant_id: int, caller: Principal) -> PaymentMethodsOut:
    found = await methods.of_account(uow, tenant_id, caller.account_id or 0)
    return PaymentMethodsOut(data=[PaymentMethodOut.model_validate(one, from_attributes=True) for one in found])
