"""What can be done with stock. Every function takes many and answers for each, in the order asked."""

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from velora.modules.inventory import events, policy, repository
from velora.modules.inventory.errors import BelowReserved, OutOfStock
from velora.modules.inventory.models import StockLevel, StockLocation, StockMovement
from velora.modules.inventory.policy import Claim, Held, Part, Short, Wish
from velora.platform.db import UnitOfWork

__all__ = ["Availability", "BelowReserved", "Claim", "Count", "Held", "NewLocation", "OutOfStock", "Receipt", "Shipped", "Short", "Wish"]


@dataclass(frozen=True)
class Availability:
    on_hand: int
    reserved: int

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


@dataclass(frozen=True)
class NewLocation:
    seller_id: int
    name: str
    position: int = 0


@dataclass(frozen=True)
class Receipt:
    """So many arrive (or, negative, are written off) at a location."""

    seller_id: int
    variant_id: int
    location_id: int
    quantity: int
    ref: str = ""


@dataclass(frozen=True)
class Count:
    """Somebody counted: so many lie there."""

    seller_id: int
    variant_id: int
    location_id: int
    on_hand: int


@dataclass(frozen=True)
class Shipped:
    """So many of one line of a claim leave the house; `ref` is what they leave in."""

    claim_id: int
    line_id: int
    quantity: int
    ref: str = ""


async def hold(uow: UnitOfWork, claims: Sequence[Claim], *, until: datetime) -> list[Held | Short]:
    """Set stock aside for every claim that can be met in full; the others learn what is left of each line.

    Answers in the order of the claims, which is also the order in which they are served. Held stock may be given to others
    after `until` (UTC) unless the hold is committed.
    """
    wishes = [wish for claim in claims for wish in claim.wishes]
    shelves = await _shelves(uow, await repository.lock_levels(uow, {(wish.seller_id, wish.variant_id) for wish in wishes}))
    outcomes = policy.share_out(shelves, claims)
    parts = [(outcome.claim.id, part) for outcome in outcomes if isinstance(outcome, Held) for part in outcome.parts]
    _write_holds(uow, parts, until)
    uow.tell(_sold_out(shelves, [part for _, part in parts]))
    return outcomes


async def commit_holds(uow: UnitOfWork, claim_ids: Collection[int]) -> int:
    """What is held for these claims is theirs for good; how many holds there were."""
    return await repository.commit_holds(uow, claim_ids)


async def release_holds(uow: UnitOfWork, claim_ids: Collection[int]) -> None:
    """What is held for these claims can be bought by others again."""
    await _release(uow, await repository.open_holds(uow, claim_ids))


async def release_parts(uow: UnitOfWork, parts: Collection[tuple[int, int]]) -> None:
    """What these (claim, seller) hold can be bought by others again; other sellers' parts of the claims stand."""
    holds = await repository.open_holds(uow, {claim for claim, _ in parts})
    await _release(uow, [row for row in holds if (row.claim_id, row.seller_id) in parts])


async def ship(uow: UnitOfWork, parcels: Sequence[Shipped]) -> None:
    """So many of each line have left: they are neither on hand nor promised any more. Raises ValueError for more than was held."""
    waiting: defaultdict[int, deque[Shipped]] = defaultdict(deque)
    for parcel in parcels:
        waiting[parcel.line_id].append(parcel)
    deltas: defaultdict[repository.LevelKey, Counter[str]] = defaultdict(Counter)
    changes: dict[tuple[int, int], dict[str, object]] = {}
    gone: list[tuple[repository.LevelKey, int, str]] = []
    for row in await repository.open_holds(uow, {parcel.claim_id for parcel in parcels}):
        key = (row.seller_id, row.variant_id, row.location_id)
        taken = _take(waiting[row.line_id], row.quantity)
        quantity = sum(parcel.quantity for parcel in taken)
        if not taken:
            continue
        deltas[key]["reserved"] -= quantity
        deltas[key]["on_hand"] -= quantity
        gone.extend((key, -parcel.quantity, parcel.ref) for parcel in taken)
        whole = quantity == row.quantity
        changes[row.seller_id, row.id] = {"state": "shipped"} if whole else {"quantity": row.quantity - quantity}
    if any(waiting.values()):
        raise ValueError(f"Lines {sorted(line for line, left in waiting.items() if left)} have less stock set aside than is to leave.")
    repository.set_holds(uow, changes)
    await repository.move(uow, deltas)
    _note(uow, gone, "shipped")
    uow.tell(_changed(deltas))


async def receive(uow: UnitOfWork, receipts: Sequence[Receipt], *, reason: str = "received") -> None:
    """The goods are on hand. Levels that are new are opened. Raises CheckFailed when a write-off needs promised stock."""
    keys = {(receipt.seller_id, receipt.variant_id, receipt.location_id) for receipt in receipts}
    known = await repository.lock_levels(uow, {(seller, variant) for seller, variant, _ in keys})
    await repository.add_levels(uow, keys - known.keys())
    deltas: dict[repository.LevelKey, Counter[str]] = defaultdict(Counter)
    for receipt in receipts:
        deltas[receipt.seller_id, receipt.variant_id, receipt.location_id]["on_hand"] += receipt.quantity
    await repository.move(uow, deltas)
    _note(uow, ((key, receipt.quantity, receipt.ref) for receipt, key in _keyed(receipts)), reason)
    uow.tell(_changed(deltas))


async def set_on_hand(uow: UnitOfWork, counts: Sequence[Count]) -> list[Availability | BelowReserved]:
    """The counted levels hold what was counted; a count below what is promised is refused."""
    keys = {(count.seller_id, count.variant_id, count.location_id) for count in counts}
    known = await repository.lock_levels(uow, {(seller, variant) for seller, variant, _ in keys})
    await repository.add_levels(uow, keys - known.keys())
    outcomes: list[Availability | BelowReserved] = []
    deltas: dict[repository.LevelKey, Counter[str]] = defaultdict(Counter)
    for count in counts:
        key = (count.seller_id, count.variant_id, count.location_id)
        on_hand, reserved = known.get(key, (0, 0))
        if count.on_hand < reserved:
            outcomes.append(BelowReserved(count.variant_id, count.on_hand, reserved))
            continue
        deltas[key]["on_hand"] = count.on_hand - on_hand
        outcomes.append(Availability(count.on_hand, reserved))
    deltas = {key: delta for key, delta in deltas.items() if delta["on_hand"]}
    await repository.move(uow, deltas)
    _note(uow, ((key, delta["on_hand"], "") for key, delta in deltas.items()), "counted")
    uow.tell(_changed(deltas))
    return outcomes


async def availability(uow: UnitOfWork, variant_ids: Collection[int]) -> dict[int, Availability]:
    """What can be bought of each variant, over all locations; a variant without stock is there with zeroes."""
    sums = await repository.sums(uow, variant_ids)
    return {variant: Availability(*sums.get(variant, (0, 0))) for variant in variant_ids}


async def count_low(uow: UnitOfWork, seller_id: int) -> int:
    """How many of a seller's variants are sold out or nearly so."""
    return await repository.count_low(uow, seller_id, policy.LOW)


async def levels(uow: UnitOfWork, variant_ids: Collection[int]) -> Sequence[StockLevel]:
    """Every level of these variants, by variant and location."""
    return await repository.levels(uow, variant_ids)


async def locations(uow: UnitOfWork, seller_ids: Collection[int]) -> Sequence[StockLocation]:
    """The places of these sellers, in the order in which they serve."""
    return await repository.locations(uow, seller_ids)


async def open_locations(uow: UnitOfWork, wanted: Sequence[NewLocation]) -> list[int]:
    """The places exist; their ids, in the order asked."""
    ids = [uow.new_id() for _ in wanted]
    rows = [
        {"seller_id": one.seller_id, "id": id_, "name": one.name, "position": one.position} for one, id_ in zip(wanted, ids, strict=True)
    ]
    await repository.add_locations(uow, rows)
    return ids


async def movements(uow: UnitOfWork, variant_id: int, *, before: int | None = None, limit: int = 50) -> Sequence[StockMovement]:
    """What came and went of a variant, newest first."""
    return await repository.movements(uow, variant_id, before=before, limit=limit)


async def _shelves(uow: UnitOfWork, levels: Mapping[repository.LevelKey, tuple[int, int]]) -> dict[tuple[int, int], dict[int, int]]:
    """What is available of each (seller, variant) by location, in the order in which locations serve."""
    shelves: defaultdict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    for (seller, variant, location), (on_hand, reserved) in levels.items():
        shelves[seller, variant][location] = on_hand - reserved
    several = {key[0] for key, shelf in shelves.items() if len(shelf) > 1}
    if several:
        order = await repository.location_order(uow, several)
        return {key: dict(sorted(shelf.items(), key=lambda item: (order.get(item[0], 0), item[0]))) for key, shelf in shelves.items()}
    return shelves


async def _release(uow: UnitOfWork, holds: Sequence[repository.OpenHold]) -> None:
    repository.set_holds(uow, {(row.seller_id, row.id): {"state": "released"} for row in holds})
    deltas: dict[repository.LevelKey, Counter[str]] = defaultdict(Counter)
    for row in holds:
        deltas[row.seller_id, row.variant_id, row.location_id]["reserved"] -= row.quantity
    await repository.move(uow, deltas)
    uow.tell(_changed(deltas))


def _write_holds(uow: UnitOfWork, parts: Sequence[tuple[int, Part]], until: datetime) -> None:
    deltas: defaultdict[repository.LevelKey, Counter[str]] = defaultdict(Counter)
    for _, part in parts:
        deltas[part.wish.seller_id, part.wish.variant_id, part.location_id]["reserved"] += part.quantity
    rows: list[dict[str, object]] = [
        {
            "seller_id": part.wish.seller_id, "id": uow.new_id(), "variant_id": part.wish.variant_id, "location_id": part.location_id,
            "claim_id": claim, "line_id": part.wish.line_id, "quantity": part.quantity, "state": "held", "expires_at": until,
        }
        for claim, part in parts
    ]  # fmt: skip
    repository.reserve(uow, deltas)
    repository.add_holds(uow, rows)


def _take(waiting: deque[Shipped], most: int) -> list[Shipped]:
    """The first of what waits, up to so many pieces; the rest waits on."""
    taken: list[Shipped] = []
    while waiting and most:
        parcel = waiting.popleft()
        if parcel.quantity > most:
            waiting.appendleft(replace(parcel, quantity=parcel.quantity - most))
            parcel = replace(parcel, quantity=most)
        most -= parcel.quantity
        taken.append(parcel)
    return taken


def _note(uow: UnitOfWork, moved: Iterable[tuple[repository.LevelKey, int, str]], reason: str) -> None:
    rows = [
        {"seller_id": s, "id": uow.new_id(), "variant_id": v, "location_id": p, "quantity": quantity, "reason": reason, "ref": ref}
        for (s, v, p), quantity, ref in moved
    ]
    repository.add_movements(uow, rows)


def _keyed(receipts: Sequence[Receipt]) -> Iterable[tuple[Receipt, repository.LevelKey]]:
    return ((receipt, (receipt.seller_id, receipt.variant_id, receipt.location_id)) for receipt in receipts)


def _sold_out(shelves: policy.Shelves, parts: Sequence[Part]) -> list[events.LevelChanged]:
    """Only the last one sold is news: between some and fewer nothing that a buyer sees changes."""
    taken = Counter[tuple[int, int]]()
    for part in parts:
        taken[part.wish.seller_id, part.wish.variant_id] += part.quantity
    gone = sorted(key for key, quantity in taken.items() if sum(shelves[key].values()) == quantity)
    return [events.LevelChanged(tenant_id=0, variant_id=variant, seller_id=seller) for seller, variant in gone]


def _changed(keys: Iterable[repository.LevelKey]) -> list[events.LevelChanged]:
    return [events.LevelChanged(tenant_id=0, variant_id=variant, seller_id=seller) for seller, variant in sorted({key[:2] for key in keys})]


async def wrong_levels(uow: UnitOfWork, *, limit: int) -> list[int]:
    """Variants whose promises do not add up to what is reserved: there must be none."""
    return await repository.wrong_levels(uow, limit=limit)
