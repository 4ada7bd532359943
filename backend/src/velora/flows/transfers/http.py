"""Routes of transfers to be made, for finance."""

from datetime import date, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from velora.flows.house import TradingHouse
from velora.flows.once import Once
from velora.flows.refund.http import PayeeIn
from velora.flows.screens.finance.names import tenant_of
from velora.flows.second_person import Hand
from velora.flows.transfers.made import Said, say_once
from velora.kernel.errors import Forbidden, Invalid, NotFound
from velora.kernel.ids import encode
from velora.kernel.paging import Page, decode_cursor, encode_cursor
from velora.kernel.principal import Principal
from velora.modules.approvals.errors import AlreadyAsked
from velora.modules.audit import service as audit
from velora.modules.tenants import service as tenants
from velora.modules.tenants.service import TenantFacts
from velora.modules.transfers import service as transfers
from velora.modules.transfers.errors import BadIban, NoPayee, NotToMake
from velora.modules.transfers.service import Payee, TransferFacts, TransferState
from velora.platform.db.idempotency import Asked, InProgress, KeyReused
from velora.platform.web import FinanceAdmin, IdempotencyKey, MoneyOut, PageOut, Schema, address_of, house_of, ident, problems
from velora.platform.web.callers import BadCsrfToken, NotSignedIn
from velora.platform.web.idempotency import KeyMissing

router = APIRouter(prefix="/finance/transfers", tags=["transfers"])

TransferId = Annotated[int, ident("trf")]
OrderId = Annotated[int, ident("ord")]
ApprovalId = Annotated[int, ident("apr")]
Trading = Annotated[TradingHouse, Depends(house_of)]
_STAFF: Final = (NotSignedIn, Forbidden, NotFound)
_SAYING: Final = (NotToMake, NoPayee, AlreadyAsked, InProgress, KeyReused, KeyMissing, BadCsrfToken, Invalid, *_STAFF)


class TransferMarketplaceOut(Schema):
    slug: str
    name: str


class PayeeOut(Schema):
    holder: str
    iban: str


class TransferOut(Schema):
    """Money that goes back by the bank. `about` is the refund, or the receipt that is nobody's. Without a payee, ask the buyer."""

    id: TransferId
    tenant: TransferMarketplaceOut
    about: str = Field(examples=["rfd_01KAB3Z8Q4RST", "sus_01KAB3Z8Q4RST:1"])
    order_id: OrderId | None
    amount: MoneyOut
    asked_at: datetime
    state: TransferState
    payee: PayeeOut | None
    approval_id: ApprovalId | None
    bank_ref: str
    sent_on: date | None
    reason: str = Field(description="Why it could not be made")
    needs_second_person: bool


class SentIn(Schema):
    bank_ref: str = Field(min_length=1, max_length=64, description="The bank's own reference of the transfer")
    sent_on: date


class FailedIn(Schema):
    reason: str = Field(min_length=3, max_length=200, examples=["The account is closed"])


@router.get("", responses=problems(Invalid, *_STAFF))
async def list_transfers(
    caller: FinanceAdmin,
    house: Trading,
    state: TransferState | None = None,
    tenant: str | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> PageOut[TransferOut]:
    """The transfers to be made, newest first; or those in another state."""
    before = int(decode_cursor(cursor, int)[0]) if cursor else None
    async with house.db.read(None) as uow:
        market = await tenant_of(uow, tenant)
        states = {state} if state else transfers.OPEN
        found = await transfers.listed(uow, market.id if market else None, states=states, before=before, limit=limit + 1)
        known = await transfers.payees(uow, {(one.tenant_id, one.payee) for one in found})
        markets = await tenants.by_id(uow, {one.tenant_id for one in found})
    shown = [_shown(one, markets[one.tenant_id], known.get((one.tenant_id, one.payee)), house) for one in found[:limit]]
    return PageOut[TransferOut].of(Page(shown, encode_cursor(found[limit - 1].id) if len(found) > limit else None))


@router.put("/{transfer_id}/payee", responses=problems(BadIban, NotToMake, BadCsrfToken, Invalid, *_STAFF))
async def set_payee(transfer_id: TransferId, body: PayeeIn, request: Request, caller: FinanceAdmin, house: Trading) -> TransferOut:
    """Say to which account it goes. It is on record that it was said, and by whom, but not the account itself."""
    payee = body.payee
    one = await _found(house, transfer_id)
    async with house.db.begin(one.tenant_id) as uow:
        locked = (await transfers.lock(uow, {one.key}))[one.key]
        if locked.state is not TransferState.TO_MAKE:
            raise NotToMake(locked.ref, locked.state)
        await transfers.set_payees(uow, {(one.tenant_id, one.payee): (payee, caller.actor_ref)})
        entry = audit.Entry(one.tenant_id, caller.actor_ref, "transfers.payee_given", one.ref, {}, address_of(request))
        await audit.record(uow, [entry])
    return await _read(house, one)


@router.post("/{transfer_id}/sent", responses=problems(*_SAYING))
async def say_sent(
    transfer_id: TransferId, body: SentIn, request: Request, caller: FinanceAdmin, key: IdempotencyKey, house: Trading
) -> TransferOut:
    """The bank has sent it. From a limit on it waits for a second person: state `awaiting_second`."""
    one = await _found(house, transfer_id)
    limit = house.settings.suspense_second_person_from_minor
    said = Said(*one.key, Hand(caller.actor_ref, address_of(request)), limit, body.sent_on, body.bank_ref.strip())
    return await _say(house, said, caller, key)


@router.post("/{transfer_id}/failed", responses=problems(*_SAYING))
async def say_failed(
    transfer_id: TransferId, body: FailedIn, request: Request, caller: FinanceAdmin, key: IdempotencyKey, house: Trading
) -> TransferOut:
    """It could not be made: the money is where it was before. That of a cancelled order is asked for again after an hour."""
    one = await _found(house, transfer_id)
    said = Said(*one.key, Hand(caller.actor_ref, address_of(request)), 0, reason=body.reason)
    return await _say(house, said, caller, key)


async def _say(house: TradingHouse, said: Said, caller: Principal, key: Asked) -> TransferOut:
    await house.writes.submit(say_once, Once(said.tenant_id, caller, key, said))
    return await _read(house, await _found(house, said.transfer_id))


async def _found(house: TradingHouse, transfer_id: int) -> TransferFacts:
    async with house.db.read(None) as uow:
        places = [(one.id, transfer_id) for one in await tenants.all_tenants(uow)]
        found = await transfers.by_id(uow, places)
    if not found:
        raise NotFound("transfer", encode("trf", transfer_id))
    return next(iter(found.values()))


async def _read(house: TradingHouse, one: TransferFacts) -> TransferOut:
    async with house.db.read(None) as uow:
        known = await transfers.payees(uow, {(one.tenant_id, one.payee)})
        market = (await tenants.by_id(uow, {one.tenant_id}))[one.tenant_id]
    return _shown(one, market, known.get((one.tenant_id, one.payee)), house)


def _shown(one: TransferFacts, market: TenantFacts, payee: Payee | None, house: TradingHouse) -> TransferOut:
    needs = one.amount_minor >= house.settings.suspense_second_person_from_minor and not one.about.startswith("sus_")
    return TransferOut(
        id=one.id, tenant=TransferMarketplaceOut(slug=market.slug, name=market.name), about=one.about, order_id=one.order_id,
        amount=MoneyOut.of(one.amount_minor, one.currency), asked_at=one.asked_at, state=one.state,
        payee=PayeeOut(holder=payee.holder, iban=payee.iban) if payee else None, approval_id=one.approval_id, bank_ref=one.bank_ref,
        sent_on=date.fromisoformat(one.sent_on) if one.sent_on else None, reason=one.reason, needs_second_person=needs,
    )  # fmt: skip
