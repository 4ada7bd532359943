"""Routes that gateways and banks call, not people: notices, and buyers who are sent back."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse

from velora.flows.gateway_notices.returns import way_back
from velora.flows.gateway_notices.take import ForgedNotice, GatewayAway, hear
from velora.flows.house import TradingHouse
from velora.kernel.errors import MalformedId, NotFound
from velora.platform.web import Schema, house_of, ident, problems

router = APIRouter(prefix="/gateways/{gateway}", tags=["gateways"])

# Larger than any notice of one object.
LARGEST: Final = 1_000_000

IntentId = Annotated[int, ident("pi")]
Trading = Annotated[TradingHouse, Depends(house_of)]


class HeardOut(Schema):
    """`new` is false when the same notice was heard before: then nothing was done."""

    new: bool


@router.post("/notices", responses=problems(NotFound, ForgedNotice, GatewayAway))
async def hear_notice(gateway: str, request: Request, house: Trading) -> HeardOut:
    """A gateway says that something happened. Only what it has signed within five minutes is believed; told twice, it is done once."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise ForgedNotice("It is larger than any notice is.")
    return HeardOut(new=await hear(house, gateway, bytes(body), request.headers))


@router.get("/returns/{intent_id}", status_code=303, response_class=RedirectResponse, responses=problems(NotFound, MalformedId))
async def come_back(gateway: str, intent_id: IntentId, house: Trading) -> RedirectResponse:
    """The buyer was at the bank, and goes on where the order was placed."""
    if gateway != house.gateway.name:
        raise NotFound("gateway", gateway)
    return RedirectResponse(await way_back(house, intent_id), status_code=303)
