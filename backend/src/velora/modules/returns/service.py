"""Use cases of returns: asked, decided, settled. The money is moved by the refund flow."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from velora.kernel.errors import NotFound
from velora.kernel.ids import encode
from velora.modules.returns import policy, repository
from velora.modules.returns.errors import AlreadyDecided, NothingToGiveBack, NotReturnable
from velora.modules.returns.events import ReturnApproved, ReturnDeclined, ReturnRequested
from velora.modules.returns.models import ReturnLine, ReturnRequest
from velora.modules.returns.policy import STANDING, Reason, SoldLine, State, Worth
from velora.platform.db import UnitOfWork

__all__ = [
    "STANDING", "AlreadyDecided", "Ask", "NotReturnable", "NothingToGiveBack", "Reason", "ReturnFacts", "ReturnedLine", "SoldLine", "State",
    "Worth", "approve", "ask", "by_id", "decidable", "decline", "of_seller", "of_seller_orders", "one_of_seller", "open_count", "settle",
    "standing",
]  # fmt: skip

Key = tuple[int, int]


@dataclass(frozen=True)
class Ask:
    """A buyer wants to give these pieces (line, quantity) of one seller order back: for money, or for store credit of that account."""

    tenant_id: int
    order_id: int
    seller_order_id: int
    seller_id: int
    country: str
    currency: str
    lines: tuple[SoldLine, ...]
    wanted: tuple[tuple[int, int], ...]
    reason: Reason
    note: str
    as_credit_of: int | None = None


@dataclass(frozen=True)
class ReturnedLine:
    line_id: int
    worth: Worth


@dataclass(frozen=True)
class ReturnFacts:
    tenant_id: int
    id: int
    order_id: int
    seller_order_id: int
    seller_id: int
    country: str
    currency: str
    net_minor: int
    tax_minor: int
    commission_minor: int
    reason: str
    buyer_note: str
    note: str
    state: State
    refund_id: int | None
    requested_at: datetime
    lines: tuple[ReturnedLine, ...]
    as_credit_of: int | None = None
    decided_at: datetime | None = None
    settled_at: datetime | None = None

    @property
    def amount_minor(self) -> int:
        """What the buyer gets back."""
        return self.net_minor + self.tax_minor


async def ask(uow: UnitOfWork, asks: Sequence[Ask]) -> list[ReturnFacts | NotReturnable | NothingToGiveBack]:
    """Each ask stands as requested with the exact worth of its pieces, or says why not.

    The seller orders must be locked by the caller, so that two asks cannot have the same piece.
    """
    back = await repository.standing(uow, {(one.tenant_id, one.seller_order_id) for one in asks})
    outcomes: list[ReturnFacts | NotReturnable | NothingToGiveBack] = []
    for one in asks:
        before = {line.line_id: back.get((one.tenant_id, line.line_id), Worth()) for line in one.lines}
        worth = policy.appraise({line.line_id: line for line in one.lines}, before, one.wanted)
        if not isinstance(worth, dict):
            outcomes.append(worth)
            continue
        back |= {(one.tenant_id, line_id): before[line_id] + part for line_id, part in worth.items()}
        outcomes.append(_asked(uow, one, worth))
    asked = [one for one in outcomes if isinstance(one, ReturnFacts)]
    await repository.add(uow, [_request_row(one) for one in asked], [row for one in asked for row in _line_rows(one)])
    uow.tell(ReturnRequested(one.tenant_id, one.order_id, one.seller_order_id, one.seller_id, one.id) for one in asked)
    return outcomes


async def decidable(uow: UnitOfWork, keys: Sequence[Key]) -> list[ReturnFacts | NotFound | AlreadyDecided]:
    """Those of the returns that wait for a decision, kept for this transaction; the others say why they do not.

    Each is decided once: of a key that is there twice the first counts.
    """
    standing_ = await repository.locked(uow, set(keys))
    lines = await repository.lines_of(uow, standing_.keys())
    outcomes: list[ReturnFacts | NotFound | AlreadyDecided] = []
    taken: set[Key] = set()
    for key in keys:
        found = standing_.get(key)
        if found is None:
            outcomes.append(NotFound("return", encode("ret", key[1])))
        elif found.state != State.REQUESTED:
            outcomes.append(AlreadyDecided(found.state))
        elif key in taken:
            outcomes.append(AlreadyDecided("being_decided"))
        else:
            taken.add(key)
            outcomes.append(_facts(found, lines[key]))
    return outcomes


async def approve(uow: UnitOfWork, decisions: Sequence[tuple[ReturnFacts, int, str]]) -> None:
    """Each return (facts from `decidable`, its refund, the seller's note) is approved: its money is on the way back."""
    await repository.change(
        uow,
        {
            (one.tenant_id, one.id): {"state": State.APPROVED.value, "refund_id": refund_id, "note": note, "decided_at": uow.now}
            for one, refund_id, note in decisions
        },
    )
    uow.tell(
        ReturnApproved(one.tenant_id, one.order_id, one.seller_order_id, one.id, one.amount_minor, one.currency) for one, _, _ in decisions
    )


async def decline(uow: UnitOfWork, decisions: Sequence[tuple[ReturnFacts, str]]) -> None:
    """Each return (facts from `decidable`, the seller's note) is declined; its pieces may be asked for again."""
    await repository.change(
        uow, {(one.tenant_id, one.id): {"state": State.DECLINED.value, "note": note, "decided_at": uow.now} for one, note in decisions}
    )
    uow.tell(ReturnDeclined(one.tenant_id, one.order_id, one.seller_order_id, one.id) for one, _ in decisions)


async def settle(uow: UnitOfWork, ended: Mapping[Key, bool]) -> list[ReturnFacts]:
    """The refund of each return succeeded or failed; the returns as they are now."""
    standing_ = await repository.locked(uow, ended.keys())
    states = {key: (State.REFUNDED if ended[key] else State.REFUND_FAILED).value for key in standing_}
    await repository.change(uow, {key: {"state": state, "settled_at": uow.now} for key, state in states.items()})
    lines = await repository.lines_of(uow, standing_.keys())
    return [_facts(one, lines[key], State(states[key])) for key, one in standing_.items()]


async def of_seller_orders(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, list[ReturnFacts]]:
    """The returns of these (tenant, seller order), oldest first."""
    found: dict[Key, list[ReturnFacts]] = {key: [] for key in keys}
    for one in await _with_lines(uow, await repository.of_seller_orders(uow, keys)):
        found[one.tenant_id, one.seller_order_id].append(one)
    return found


async def by_id(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, ReturnFacts]:
    """The returns of these (tenant, return)."""
    return {(one.tenant_id, one.id): one for one in await _with_lines(uow, await repository.by_id(uow, keys))}


async def one_of_seller(uow: UnitOfWork, seller_id: int, return_id: int) -> ReturnFacts | None:
    """The seller's return of this id, in whichever marketplace. Platform scope."""
    found = await repository.one_of_seller(uow, seller_id, return_id)
    return (await _with_lines(uow, [found]))[0] if found else None


async def of_seller(
    uow: UnitOfWork, seller_id: int, *, states: Collection[State] = (), before: int | None = None, limit: int = 50
) -> list[ReturnFacts]:
    """A seller's returns in every tenant, in these states or (none named) in any, newest first."""
    return await _with_lines(uow, await repository.of_seller(uow, seller_id, states=states or frozenset(State), before=before, limit=limit))


async def open_count(uow: UnitOfWork, seller_id: int) -> int:
    """How many returns wait for the seller's decision."""
    return await repository.count_of_seller(uow, seller_id, State.REQUESTED.value)


async def standing(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, Worth]:
    """What the returns that stand take of each (tenant, line) of these (tenant, seller order)."""
    return await repository.standing(uow, keys)


async def _with_lines(uow: UnitOfWork, found: Sequence[ReturnRequest]) -> list[ReturnFacts]:
    lines = await repository.lines_of(uow, {(one.tenant_id, one.id) for one in found})
    return [_facts(one, lines[one.tenant_id, one.id]) for one in found]


def _asked(uow: UnitOfWork, ask_: Ask, worth: Mapping[int, Worth]) -> ReturnFacts:
    whole = sum(worth.values(), Worth())
    return ReturnFacts(
        tenant_id=ask_.tenant_id, id=uow.new_id(), order_id=ask_.order_id, seller_order_id=ask_.seller_order_id, seller_id=ask_.seller_id,
        country=ask_.country, currency=ask_.currency, net_minor=whole.net_minor, tax_minor=whole.tax_minor,
        commission_minor=whole.commission_minor, reason=ask_.reason.value, buyer_note=ask_.note, note="", state=State.REQUESTED,
        refund_id=None, requested_at=uow.now, lines=tuple(ReturnedLine(line_id, part) for line_id, part in sorted(worth.items())),
        as_credit_of=ask_.as_credit_of,
    )  # fmt: skip


def _request_row(one: ReturnFacts) -> dict[str, object]:
    return {
        "tenant_id": one.tenant_id, "id": one.id, "order_id": one.order_id, "seller_order_id": one.seller_order_id,
        "seller_id": one.seller_id, "country": one.country, "currency": one.currency, "net_minor": one.net_minor,
        "tax_minor": one.tax_minor, "commission_minor": one.commission_minor, "reason": one.reason, "buyer_note": one.buyer_note,
        "note": one.note, "state": one.state.value, "refund_id": None, "requested_at": one.requested_at, "decided_at": None,
        "settled_at": None, "as_credit_of": one.as_credit_of,
    }  # fmt: skip


def _line_rows(one: ReturnFacts) -> list[dict[str, object]]:
    return [
        {
            "tenant_id": one.tenant_id, "return_id": one.id, "line_id": line.line_id, "quantity": line.worth.quantity,
            "net_minor": line.worth.net_minor, "tax_minor": line.worth.tax_minor, "commission_minor": line.worth.commission_minor,
        }
        for line in one.lines
    ]  # fmt: skip


def _facts(one: ReturnRequest, lines: Sequence[ReturnLine], state: State | None = None) -> ReturnFacts:
    return ReturnFacts(
        tenant_id=one.tenant_id, id=one.id, order_id=one.order_id, seller_order_id=one.seller_order_id, seller_id=one.seller_id,
        country=one.country, currency=one.currency, net_minor=one.net_minor, tax_minor=one.tax_minor,
        commission_minor=one.commission_minor, reason=one.reason, buyer_note=one.buyer_note, note=one.note,
        state=state or State(one.state), refund_id=one.refund_id, requested_at=one.requested_at,
        lines=tuple(
            ReturnedLine(line.line_id, Worth(line.quantity, line.net_minor, line.tax_minor, line.commission_minor)) for line in lines
        ),
        as_credit_of=one.as_credit_of, decided_at=one.decided_at, settled_at=one.settled_at,
    )  # fmt: skip
