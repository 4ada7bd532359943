"""Use cases of suspense. Every function takes many; a case is locked by whoever says what becomes of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from velora.kernel.ids import encode
from velora.modules.suspense import repository
from velora.modules.suspense.errors import NothingToAsk, NotKept, NotOpen, ReceiptDiffers
from velora.modules.suspense.models import SuspenseCase
from velora.modules.suspense.policy import (
    BANK,
    LOOK_AFTER,
    UNSETTLED,
    CaseState,
    Limits,
    Settlement,
    Standing,
    needs_second_person,
    objection,
    orders_named,
    shares,
)
from velora.modules.suspense.repository import Charge, Key
from velora.platform.db import Duplicate, UnitOfWork

__all__ = [
    "BANK",
    "RECEIPT",
    "REST",
    "UNMATCHED_CHARGE",
    "UNSETTLED",
    "CaseFacts",
    "CaseState",
    "Decided",
    "Limits",
    "NewCase",
    "NotKept",
    "NotOpen",
    "NothingToAsk",
    "ReceiptDiffers",
    "ReturnHeard",
    "Settlement",
    "needs_second_person",
    "objection",
    "orders_named",
    "shares",
]

UNMATCHED_CHARGE: Final = "unmatched_charge"
RECEIPT: Final = "receipt"  # on the bank's statement
REST: Final = "rest"  # what an order did not need of another case
_TRIES: Final = 3


@dataclass(frozen=True)
class NewCase:
    """The gateway has this money, and we know no payment that it belongs to. `gateway_ref` is what it calls the charge.

    `facts` is what the gateway said and what we had asked, as plain JSON: no names, no addresses, no card numbers. `by` is who told of it.
    """

    tenant_id: int
    gateway: str
    gateway_ref: str
    amount_minor: int
    currency: str
    facts: Mapping[str, object] = field(default_factory=dict[str, object])
    source: str = UNMATCHED_CHARGE
    by: str = "system"

    @property
    def charge(self) -> Charge:
        return self.tenant_id, self.gateway, self.gateway_ref


@dataclass(frozen=True)
class CaseFacts:
    """A case as it stands. `is_new` only where it was opened just now."""

    tenant_id: int
    id: int
    source: str
    gateway: str
    gateway_ref: str
    amount_minor: int
    currency: str
    seen_at: datetime
    facts: Mapping[str, object]
    state: CaseState
    settlement: Settlement | None
    reason: str
    approval_id: int | None
    tries: int
    refund_ref: str
    refusal: str
    next_look_at: datetime | None
    settled_by: str
    settled_at: datetime | None
    order_id: int | None = None
    parent_id: int | None = None
    split_minor: int = 0
    is_new: bool = False

    @property
    def key(self) -> Key:
        return self.tenant_id, self.id

    @property
    def ref(self) -> str:
        return encode("sus", self.id)

    @property
    def order(self) -> Key:
        """The (tenant, order) that it is kept or was taken for."""
        return self.tenant_id, self.order_id or 0

    @property
    def received_minor(self) -> int:
        """What came in, of which `amount_minor` is what became of no other case."""
        return self.amount_minor + self.split_minor

    @property
    def charge_ref(self) -> str:
        """What the gateway calls the charge that it lies in."""
        return str(self.facts.get("charge", self.gateway_ref))

    @property
    def words(self) -> str:
        """What the payer wrote, as far as anybody told us."""
        return str(self.facts.get("words", ""))

    @property
    def refund_key(self) -> str:
        """The key under which the gateway gives it back once; another at each try, for a refusal is for good under its own."""
        return self.ref + (f":{self.tries}" if self.tries > 1 else "")

    @property
    def standing(self) -> Standing:
        approval = encode("apr", self.approval_id) if self.approval_id is not None and self.state is CaseState.AWAITING_SECOND else ""
        return Standing(self.ref, self.state, self.gateway, self.amount_minor, self.currency, approval)


@dataclass(frozen=True)
class Decided:
    """What becomes of a case, why, and who said so; which account is credited, or which order it shall pay."""

    case: CaseFacts
    how: Settlement
    reason: str
    by: str
    account_id: int | None = None
    order_id: int | None = None


@dataclass(frozen=True)
class ReturnHeard:
    """What the gateway said of giving a case back, at this try."""

    tenant_id: int
    case_id: int
    tries: int
    succeeded: bool
    gateway_ref: str = ""
    reason: str = ""


async def open_cases(uow: UnitOfWork, cases: Sequence[NewCase]) -> list[CaseFacts]:
    """A case stands for each charge, once however often it is told: `is_new` says which stand only now. Answers in order."""
    known: dict[Charge, CaseFacts] = {}
    fresh: dict[Charge, CaseFacts] = {}
    for attempt in range(_TRIES):
        known = {(row.tenant_id, row.gateway, row.gateway_ref): _facts(row) for row in await _there(uow, cases)}
        fresh = {one.charge: _opened(uow, one) for one in cases if one.charge not in known}
        try:
            await repository.add(uow, [_row(one) for one in fresh.values()])
            break
        except Duplicate:  # told to somebody else as well, between our look and our write
            if attempt == _TRIES - 1:
                raise
    first: set[Charge] = set()
    answers: list[CaseFacts] = []
    for one in cases:
        is_new = one.charge in fresh and one.charge not in first
        first.add(one.charge)
        answers.append(replace(known.get(one.charge) or fresh[one.charge], is_new=is_new))
    return answers


async def lock(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, CaseFacts]:
    """These cases, kept for this transaction."""
    return {(row.tenant_id, row.id): _facts(row) for row in await repository.lock(uow, keys)}


async def await_second(uow: UnitOfWork, waiting: Mapping[int, Decided]) -> list[CaseFacts]:
    """What becomes of these locked cases is said, and waits for a second person: by the id of each approval."""
    moved = [
        replace(
            one.case, state=CaseState.AWAITING_SECOND, settlement=one.how, reason=one.reason, settled_by=one.by, approval_id=approval_id,
            order_id=one.order_id,
        )
        for approval_id, one in waiting.items()
    ]  # fmt: skip
    return await _moved(uow, moved)


async def reopen(uow: UnitOfWork, cases: Sequence[CaseFacts]) -> list[CaseFacts]:
    """Nothing became of these locked cases: what was said is taken back."""
    return await _moved(uow, [_open_again(one) for one in cases])


async def give_back(uow: UnitOfWork, decided: Sequence[Decided]) -> list[CaseFacts]:
    """These locked cases are on their way back from now on; the gateway can be asked under the key of each, or a person sends it."""
    moved = [
        replace(
            one.case, state=CaseState.GIVING_BACK, settlement=one.how, reason=one.reason, settled_by=one.by, tries=one.case.tries + 1,
            next_look_at=None if one.case.gateway == BANK else uow.now + LOOK_AFTER,
        )
        for one in decided
    ]  # fmt: skip
    return await _moved(uow, moved)


async def finish(uow: UnitOfWork, decided: Sequence[Decided]) -> list[CaseFacts]:
    """These locked cases are settled at once: the operator keeps what is too little to be anybody's, or a buyer is credited."""
    moved = [
        replace(one.case, state=CaseState.SETTLED, settlement=one.how, reason=one.reason, settled_by=one.by, settled_at=uow.now)
        for one in decided
    ]
    return await _moved(uow, moved)


async def keep(uow: UnitOfWork, decided: Sequence[Decided]) -> list[CaseFacts]:
    """These locked cases are kept for the order that each names, until what is kept for it suffices."""
    moved = [
        replace(one.case, state=CaseState.KEPT, settlement=one.how, reason=one.reason, settled_by=one.by, order_id=one.order_id)
        for one in decided
    ]
    return await _moved(uow, moved)


async def lock_kept(uow: UnitOfWork, orders: Collection[Key]) -> dict[Key, list[CaseFacts]]:
    """What is kept for each (tenant, order), oldest first, for this transaction."""
    kept: dict[Key, list[CaseFacts]] = {}
    for row in await repository.lock_kept(uow, orders):
        kept.setdefault((row.tenant_id, row.order_id or 0), []).append(_facts(row))
    return kept


async def of_orders(uow: UnitOfWork, orders: Collection[Key]) -> dict[Key, list[CaseFacts]]:
    """What is kept, was taken, or waits for a second person to be taken, for each (tenant, order), oldest first."""
    found: dict[Key, list[CaseFacts]] = {}
    for row in await repository.of_orders(uow, orders):
        found.setdefault((row.tenant_id, row.order_id or 0), []).append(_facts(row))
    return found


async def take(uow: UnitOfWork, taken: Sequence[tuple[CaseFacts, int]]) -> tuple[list[CaseFacts], list[CaseFacts]]:
    """So much of each kept and locked case has paid its order; and what was left of them, each a case of its own that is open."""
    done: list[CaseFacts] = []
    rests: list[CaseFacts] = []
    for case, amount in taken:
        rest = case.amount_minor - amount
        split = case.split_minor + rest
        done.append(replace(case, state=CaseState.SETTLED, amount_minor=amount, split_minor=split, settled_at=uow.now))
        if rest:
            rests.append(_rest_of(uow, case, rest))
    await _moved(uow, done)
    await repository.add(uow, [_row(one) for one in rests])
    return done, rests


async def settle_returns(uow: UnitOfWork, heard: Sequence[ReturnHeard]) -> list[CaseFacts]:
    """The cases that turned by this: settled where the money went back, open again where the gateway would not. Once each."""
    by_key = {(one.tenant_id, one.case_id): one for one in heard}
    turned: list[CaseFacts] = []
    for key, case in (await lock(uow, by_key)).items():
        one = by_key[key]
        if case.state is not CaseState.GIVING_BACK or case.tries != one.tries:
            continue
        if one.succeeded:
            done = replace(case, state=CaseState.SETTLED, refund_ref=one.gateway_ref, refusal="", next_look_at=None, settled_at=uow.now)
            turned.append(done)
        else:
            turned.append(replace(_open_again(case), refusal=one.reason))
    return await _moved(uow, turned)


async def waiting(uow: UnitOfWork, *, limit: int) -> list[CaseFacts]:
    """Cases on their way back of which nothing was heard for too long: send the same key again. Platform scope."""
    return [_facts(row) for row in await repository.to_look_at(uow, CaseState.GIVING_BACK, uow.now, limit)]


async def by_id(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, CaseFacts]:
    """The cases with these (tenant, id) keys; those there are not are missing."""
    return {(row.tenant_id, row.id): _facts(row) for row in await repository.by_id(uow, keys)}


async def listed(
    uow: UnitOfWork,
    tenant_id: int | None,
    *,
    states: Collection[CaseState] = (),
    source: str | None = None,
    before: int | None = None,
    limit: int,
) -> list[CaseFacts]:
    """Cases of this marketplace (None: of all), newest first."""
    rows = await repository.listed(uow, tenant_id=tenant_id, states=states, source=source, before=before, limit=limit)
    return [_facts(row) for row in rows]


async def sums(uow: UnitOfWork, tenant_id: int | None) -> list[tuple[int, str, str, CaseState, Settlement | None, int]]:
    """(tenant, currency, gateway, state, settlement, Σ amount) of all cases."""
    found = await repository.sums(uow, tenant_id)
    return [
        (tenant, currency, gateway, CaseState(state), Settlement(how) if how else None, total)
        for tenant, currency, gateway, state, how, total in found
    ]


async def _there(uow: UnitOfWork, cases: Sequence[NewCase]) -> Sequence[SuspenseCase]:
    return await repository.of_charges(uow, {one.charge for one in cases})


async def _moved(uow: UnitOfWork, cases: Sequence[CaseFacts]) -> list[CaseFacts]:
    await repository.change(uow, {one.key: _state_of(one) for one in cases})
    return list(cases)


def _open_again(case: CaseFacts) -> CaseFacts:
    return replace(
        case, state=CaseState.OPEN, settlement=None, reason="", approval_id=None, next_look_at=None, settled_by="", order_id=None
    )


def _rest_of(uow: UnitOfWork, case: CaseFacts, amount_minor: int) -> CaseFacts:
    id_ = uow.new_id()
    facts = {**case.facts, "charge": case.charge_ref, "of": case.ref}
    return replace(
        _open_again(case), id=id_, source=REST, gateway_ref=f"rest:{encode('sus', id_)}", amount_minor=amount_minor, seen_at=uow.now,
        facts=facts, tries=0, refund_ref="", refusal="", parent_id=case.id, split_minor=0,
    )  # fmt: skip


def _opened(uow: UnitOfWork, new: NewCase) -> CaseFacts:
    return CaseFacts(
        new.tenant_id, uow.new_id(), new.source, new.gateway, new.gateway_ref, new.amount_minor, new.currency, uow.now, dict(new.facts),
        CaseState.OPEN, None, "", None, 0, "", "", None, "", None,
    )  # fmt: skip


def _state_of(case: CaseFacts) -> dict[str, object]:
    return {
        "state": case.state.value, "settlement": case.settlement.value if case.settlement else "", "reason": case.reason,
        "approval_id": case.approval_id, "tries": case.tries, "refund_ref": case.refund_ref, "refusal": case.refusal,
        "next_look_at": case.next_look_at, "settled_by": case.settled_by, "settled_at": case.settled_at,
        "order_id": case.order_id, "amount_minor": case.amount_minor, "split_minor": case.split_minor,
    }  # fmt: skip


def _row(case: CaseFacts) -> dict[str, object]:
    return {
        "tenant_id": case.tenant_id, "id": case.id, "source": case.source, "gateway": case.gateway, "gateway_ref": case.gateway_ref,
        "currency": case.currency, "seen_at": case.seen_at, "facts": dict(case.facts), "parent_id": case.parent_id,
    } | _state_of(case)  # fmt: skip


def _facts(row: SuspenseCase) -> CaseFacts:
    return CaseFacts(
        row.tenant_id, row.id, row.source, row.gateway, row.gateway_ref, row.amount_minor, row.currency, row.seen_at, row.facts,
        CaseState(row.state), Settlement(row.settlement) if row.settlement else None, row.reason, row.approval_id, row.tries,
        row.refund_ref, row.refusal, row.next_look_at, row.settled_by, row.settled_at, row.order_id, row.parent_id, row.split_minor,
    )  # fmt: skip
