"""The sandbox gateway's own counter: where the browser's card form goes, as it would go to another company's server."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from velora.kernel.errors import Invalid, NotFound
from velora.modules.payments.gateways.port import Counter, NotKnown
from velora.platform.web import Schema, problems

router = APIRouter(prefix="/sandbox", tags=["sandbox gateway"])


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
