"""A person says that a transfer was sent, or could not be made: what it gives back is settled so, once, in the same transaction.

From a limit on a second person must agree that it was sent. Of money out of suspense two have agreed before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from velora.flows.once import Once, once
from velora.flows.refund import settle as refunds
from velora.flows.refund.settle import RefundNews
from velora.flows.second_person import Hand, ask
from velora.flows.suspense.send import BackNews, settle_back
from velora.kernel.errors import NotFound, Refusal
from velora.kernel.ids import decode, encode
from velora.modules.approvals.service import ApprovalFacts, Matter, Request
from velora.modules.audit import service as audit
from velora.modules.payments.gateways.port import Refunded, RefundFailed, RefundOutcome
from velora.modules.transfers import service as transfers
from velora.modules.transfers.service import NoPayee, NotToMake, TransferFacts, TransferState
from velora.platform.db import UnitOfWork
from velora.platform.db.idempotency import Replay

SENT: Final = "transfers.sent"

Key = tuple[int, int]


@dataclass(frozen=True)
class Said:
    """The bank sent this transfer, under this reference on this day; or, without a day, it could not be made, for this reason. The route
    has checked that `by` may say so.
    """

    tenant_id: int
    transfer_id: int
    by: Hand
    second_person_from_minor: int
    sent_on: date | None = None
    bank_ref: str = ""
    reason: str = ""

    @property
    def key(self) -> Key:
        return self.tenant_id, self.transfer_id


async def say_once(uow: UnitOfWork, requests: Sequence[Once[Said]]) -> list[TransferFacts | Replay | Refusal]:
    """As `say`, once for each Idempotency-Key."""
    return await once(uow, requests, say, lambda one: {"transfer": one.ref})


async def say(uow: UnitOfWork, said: Sequence[Said]) -> list[TransferFacts | Refusal]:
    """Each is sent, failed, or waits for a second person; or is refused, and nothing was changed. Locks the transfers."""
    found = await transfers.lock(uow, {one.key for one in said})
    known = await transfers.payees(uow, {(one.tenant_id, one.payee) for one in found.values()})
    outcomes: dict[int, TransferFacts | Refusal] = {}
    alone: list[tuple[TransferFacts, Said]] = []
    for place, one in enumerate(said):
        transfer = found.pop(one.key, None)  # one that is told of twice in one batch belongs to the first
        ref = encode("trf", one.transfer_id)
        if transfer is None:
            outcomes[place] = NotToMake(ref, "sent") if any(other.key == one.key for other in said[:place]) else NotFound("transfer", ref)
        elif transfer.state is not TransferState.TO_MAKE:
            outcomes[place] = _not_to_make(transfer)
        elif one.sent_on and (one.tenant_id, transfer.payee) not in known:
            outcomes[place] = NoPayee(ref)
        elif one.sent_on and _needs_second(transfer, one):
            outcomes[place] = await _ask_second(uow, transfer, one)
        else:
            alone.append((transfer, one))
    done = {one.key: one for one in await _settle(uow, alone)}
    return [outcomes.get(place) or done[one.key] for place, one in enumerate(said)]


async def say_agreed(uow: UnitOfWork, agreed: Sequence[ApprovalFacts]) -> None:
    """What a second person agreed was sent is settled, in the transaction of the agreement. Raises NotToMake."""
    found = await transfers.lock(uow, {_key_of(one) for one in agreed})
    alone: list[tuple[TransferFacts, Said]] = []
    for one in agreed:
        transfer = found.get(_key_of(one))
        if transfer is None or transfer.state is not TransferState.AWAITING_SECOND or transfer.approval_id != one.id:
            raise NotToMake(one.matter.subject, transfer.state if transfer else "sent")
        payload = one.matter.payload
        day = date.fromisoformat(str(payload["sent_on"]))
        alone.append((transfer, Said(*transfer.key, Hand(one.requested_by), 0, day, str(payload["bank_ref"]))))
    await _settle(uow, alone)


async def reopen(uow: UnitOfWork, ended: Sequence[ApprovalFacts]) -> None:
    """Nobody agreed: the transfers are still to be made."""
    asked = {_key_of(one): one.id for one in ended}
    found = await transfers.lock(uow, asked)
    waiting = [one for key, one in found.items() if one.state is TransferState.AWAITING_SECOND and one.approval_id == asked[key]]
    await transfers.reopen(uow, waiting)


async def _settle(uow: UnitOfWork, alone: Sequence[tuple[TransferFacts, Said]]) -> list[TransferFacts]:
    done = await transfers.sent(
        uow, [(one, said.bank_ref, said.sent_on.isoformat(), said.by.actor_ref) for one, said in alone if said.sent_on]
    )
    failed = await transfers.failed(uow, [(one, said.reason, said.by.actor_ref) for one, said in alone if not said.sent_on])
    heard: list[tuple[TransferFacts, RefundOutcome]] = [(one, Refunded(one.bank_ref)) for one in done]
    heard += [(one, RefundFailed(one.reason)) for one in failed]
    await refunds.settle(uow, [RefundNews(one.tenant_id, decode("rfd", one.about), outcome) for one, outcome in heard if not _of_case(one)])
    await settle_back(uow, [_news(one, outcome) for one, outcome in heard if _of_case(one)])
    hands = {one.key: said.by for one, said in alone}
    entries = [
        audit.Entry(one.tenant_id, hands[one.key].actor_ref, f"transfers.{one.state}", one.ref, _told(one), hands[one.key].address)
        for one in (*done, *failed)
    ]
    await audit.record(uow, entries)
    return [*done, *failed]


def _told(one: TransferFacts) -> dict[str, object]:
    return {"about": one.about, "bank_ref": one.bank_ref} if one.sent_on else {"about": one.about, "reason": one.reason}


def _of_case(one: TransferFacts) -> bool:
    return one.about.startswith("sus_")


def _news(one: TransferFacts, outcome: RefundOutcome) -> BackNews:
    case, _, tries = one.about.partition(":")
    return BackNews(one.tenant_id, decode("sus", case), int(tries), outcome)


def _needs_second(transfer: TransferFacts, said: Said) -> bool:
    return transfer.amount_minor >= said.second_person_from_minor and not _of_case(transfer)


async def _ask_second(uow: UnitOfWork, transfer: TransferFacts, said: Said) -> TransferFacts | Refusal:
    payload: dict[str, object] = {"sent_on": said.sent_on.isoformat() if said.sent_on else "", "bank_ref": said.bank_ref}
    matter = Matter(SENT, transfer.ref, payload, transfer.amount_minor, transfer.currency)
    [asked] = await ask(uow, [Request(transfer.tenant_id, matter, said.by.actor_ref)], said.by)
    if isinstance(asked, Refusal):
        return asked
    [waiting] = await transfers.await_second(uow, {asked.id: transfer})
    return waiting


def _not_to_make(transfer: TransferFacts) -> NotToMake:
    waits = transfer.state is TransferState.AWAITING_SECOND and transfer.approval_id is not None
    return NotToMake(transfer.ref, transfer.state, encode("apr", transfer.approval_id or 0) if waits else "")


def _key_of(approval: ApprovalFacts) -> Key:
    return approval.tenant_id, decode("trf", approval.matter.subject)
