"""A file of receipts into the books, batch by batch: a stop loses at most one, and the same file again does nothing new."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from velora.flows.receipts.record import Receipt, Recorded, record
from velora.flows.receipts.sheet import Line, heading, read_line
from velora.flows.second_person import Hand
from velora.flows.sheets import RowError, sheet
from velora.kernel.errors import Refusal
from velora.modules.suspense.service import CaseState, Limits
from velora.modules.tenants.service import TenantFacts
from velora.platform.house import House

BATCH: Final = 200  # rows in one transaction


@dataclass(frozen=True, slots=True)
class Report:
    """How many rows there were, how many of them were new, how many paid an order or are kept for one, and what is wrong with which."""

    rows: int
    recorded: int
    known: int
    taken: int
    kept: int
    errors: tuple[RowError, ...]


async def import_receipts(house: House, market: TenantFacts, file: Path, by: Hand) -> Report:
    """Every good row stands in the books. Raises BadFile where the file as a whole cannot be read; then nothing does."""
    lines, errors = await asyncio.to_thread(_read, file, market.currencies)
    limits = Limits(house.settings.suspense_second_person_from_minor, house.settings.suspense_write_off_up_to_minor)
    outcomes: list[Recorded] = []
    rest = iter(lines)
    while batch := list(islice(rest, BATCH)):
        receipts = [
            Receipt(market.id, one.reference, one.amount_minor, one.currency, one.valued_on, one.words, by, limits, one.order_id)
            for one in batch
        ]
        answers = await asyncio.gather(*(house.writes.attempt(record, one) for one in receipts))
        for one, outcome in zip(batch, answers, strict=True):
            if isinstance(outcome, Refusal):
                errors.append(RowError(one.row, "reference", outcome.detail()))
                continue
            outcomes.append(outcome)
            if outcome.refusal is not None:
                errors.append(RowError(one.row, "order", f"It is recorded, and pays no order yet. {outcome.refusal.detail()}"))
    states = [one.case.state for one in outcomes if one.is_new]
    return Report(
        rows=len(lines) + len({one.row for one in errors} - {one.row for one in lines}),
        recorded=len(states),
        known=len(outcomes) - len(states),
        taken=states.count(CaseState.SETTLED),
        kept=states.count(CaseState.KEPT),
        errors=tuple(sorted(errors, key=lambda one: one.row)),
    )


def _read(file: Path, currencies: Sequence[str]) -> tuple[list[Line], list[RowError]]:
    lines: list[Line] = []
    errors: list[RowError] = []
    with sheet(file, heading) as rows:
        for row in rows:
            found = read_line(row, currencies)
            if isinstance(found, Line):
                lines.append(found)
            else:
                errors += found
    return lines, errors
