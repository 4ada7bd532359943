"""Use cases of transfers. Every function takes many; a transfer is locked by whoever says what became of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from velora.kernel.ids import encode
from velora.modules.transfers import repository
from velora.modules.transfers.errors import BadIban, NoPayee, NotToMake
from velora.modules.transfers.models import Transfer
from velora.modules.transfers.policy import OPEN, PAYEE_KEPT, TransferState
from velora.modules.transfers.repository import About, Key
from velora.platform.db import UnitOfWork

__all__ = ["ERASED_AT_ONCE", "OPEN", "BadIban", "NoPayee", "NotToMake", "TransferState"]

ERASED_AT_ONCE: Final = 200


@dataclass(frozen=True)
class NewTransfer:
    """So much is to go back. `about` is what moves by it, `payee` says whose account it goes to."""

    tenant_id: int
    about: str
    payee: str
    amount_minor: int
    currency: str
    order_id: int | None = None


@dataclass(frozen=True)
class TransferFacts:
    """A transfer as it stands."""

    tenant_id: int
    id: int
    about: str
    payee: str
    order_id: int | None
    amount_minor: int
    currency: str
    asked_at: datetime
    state: TransferState
    approval_id: int | None
    bank_ref: str
    sent_on: str
    reason: str
    settled_by: str
    settled_at: datetime | None

    @property
    def key(self) -> Key:
        return self.tenant_id, self.id

    @property
    def ref(self) -> str:
        return encode("trf", self.id)


@dataclass(frozen=True)
class Payee:
    """Where to. Personal data: shown to finance alone."""

    holder: str
    iban: str


async def ask(uow: UnitOfWork, wanted: Sequence[NewTransfer]) -> list[TransferFacts]:
    """Each is to be made from now on. Raises Duplicate for what was asked for before."""
    made = [
        TransferFacts(
            one.tenant_id, uow.new_id(), one.about, one.payee, one.order_id, one.amount_minor, one.currency, uow.now,
            TransferState.TO_MAKE, None, "", "", "", "", None,
        )
        for one in wanted
    ]  # fmt: skip
    await repository.add(uow, [_row(one) for one in made])
    return made


async def lock(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, TransferFacts]:
    """These transfers, kept for this transaction."""
    return {(row.tenant_id, row.id): _facts(row) for row in await repository.lock(uow, keys)}


async def by_id(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, TransferFacts]:
    """The transfers with these (tenant, id) keys; those there are not are missing."""
    return {(row.tenant_id, row.id): _facts(row) for row in await repository.by_id(uow, keys)}


async def listed(
    uow: UnitOfWork, tenant_id: int | None, *, states: Collection[TransferState] = OPEN, before: int | None = None, limit: int
) -> list[TransferFacts]:
    """Transfers of this marketplace (None: of all) in these states, newest first."""
    return [_facts(row) for row in await repository.listed(uow, tenant_id=tenant_id, states=states, before=before, limit=limit)]


async def sums(uow: UnitOfWork, tenant_id: int | None) -> list[tuple[int, str, TransferState, int]]:
    """(tenant, currency, state, Σ amount) of all transfers."""
    return [(tenant, currency, TransferState(state), total) for tenant, currency, state, total in await repository.sums(uow, tenant_id)]


async def await_second(uow: UnitOfWork, waiting: Mapping[int, TransferFacts]) -> list[TransferFacts]:
    """That these locked transfers were sent waits for a second person: by the id of each approval."""
    moved = [replace(one, state=TransferState.AWAITING_SECOND, approval_id=approval_id) for approval_id, one in waiting.items()]
    return await _moved(uow, moved)


async def reopen(uow: UnitOfWork, transfers: Sequence[TransferFacts]) -> list[TransferFacts]:
    """These locked transfers are still to be made: nobody agreed that they were sent."""
    return await _moved(uow, [replace(one, state=TransferState.TO_MAKE, approval_id=None) for one in transfers])


async def sent(uow: UnitOfWork, done: Sequence[tuple[TransferFacts, str, str, str]]) -> list[TransferFacts]:
    """These locked transfers were sent: each with the bank's reference, the day, and by whom."""
    return await _moved(
        uow,
        [
            replace(one, state=TransferState.SENT, bank_ref=bank_ref, sent_on=sent_on, settled_by=by, settled_at=uow.now)
            for one, bank_ref, sent_on, by in done
        ],
    )


async def failed(uow: UnitOfWork, ended: Sequence[tuple[TransferFacts, str, str]]) -> list[TransferFacts]:
    """These locked transfers could not be made: each with the reason, and by whom it was said."""
    return await _moved(
        uow, [replace(one, state=TransferState.FAILED, reason=reason, settled_by=by, settled_at=uow.now) for one, reason, by in ended]
    )


async def payees(uow: UnitOfWork, abouts: Collection[About]) -> dict[About, Payee]:
    """Where to, as far as somebody has said it and it was not erased."""
    return {(row.tenant_id, row.about): Payee(row.holder, row.iban) for row in await repository.payees(uow, abouts)}


async def set_payees(uow: UnitOfWork, given: Mapping[About, tuple[Payee, str]]) -> None:
    """What goes back about these goes to this account from now on, as this actor said. The caller has checked the IBAN."""
    there = {(row.tenant_id, row.about) for row in await repository.lock_payees(uow, given)}
    values: dict[About, dict[str, object]] = {
        about: {"holder": payee.holder, "iban": payee.iban, "given_by": by, "given_at": uow.now} for about, (payee, by) in given.items()
    }
    await repository.change_payees(uow, {about: value for about, value in values.items() if about in there})
    new = [{"tenant_id": about[0], "about": about[1], **value} for about, value in values.items() if about not in there]
    await repository.add_payees(uow, new)


async def erase_old(uow: UnitOfWork) -> int:
    """Accounts that no transfer has needed for PAYEE_KEPT are forgotten; how many, at most ERASED_AT_ONCE. Platform scope."""
    return await repository.erase_payees(uow, await repository.payees_done_with(uow, uow.now - PAYEE_KEPT, ERASED_AT_ONCE))


async def _moved(uow: UnitOfWork, transfers: Sequence[TransferFacts]) -> list[TransferFacts]:
    await repository.change(uow, {one.key: _state_of(one) for one in transfers})
    return list(transfers)


def _state_of(one: TransferFacts) -> dict[str, object]:
    return {
        "state": one.state.value, "approval_id": one.approval_id, "bank_ref": one.bank_ref, "sent_on": one.sent_on, "reason": one.reason,
        "settled_by": one.settled_by, "settled_at": one.settled_at,
    }  # fmt: skip


def _row(one: TransferFacts) -> dict[str, object]:
    return {
        "tenant_id": one.tenant_id, "id": one.id, "about": one.about, "payee": one.payee, "order_id": one.order_id,
        "amount_minor": one.amount_minor, "currency": one.currency, "asked_at": one.asked_at,
    } | _state_of(one)  # fmt: skip


def _facts(row: Transfer) -> TransferFacts:
    return TransferFacts(
        row.tenant_id, row.id, row.about, row.payee, row.order_id, row.amount_minor, row.currency, row.asked_at,
        TransferState(row.state), row.approval_id, row.bank_ref, row.sent_on, row.reason, row.settled_by, row.settled_at,
    )  # fmt: skip
