"""27: months that are not in the tables any more. Each must be signed, agreed to by two people, and be in its archive."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from velora.flows.archiving.agreeing import DROP
from velora.flows.archiving.errors import NotArchived
from velora.flows.archiving.shelf import Shelf
from velora.modules.approvals import service as approvals
from velora.modules.approvals.service import PLATFORM, ApprovalFacts, State
from velora.modules.ledger import service as ledger
from velora.modules.ledger.policy.months import Month
from velora.modules.ledger.service import Check, DroppedMonth
from velora.platform.db import UnitOfWork
from velora.platform.signing import SigningKeys

NAME = "months that are gone without signature, agreement or archive"


async def check_dropped(uow: UnitOfWork, keys: SigningKeys | None, *, archive: Path | None, look_there: bool) -> Check:
    """What is said of each dropped month is what was signed, and two people agreed to it; nothing of it lies in the tables.

    With `look_there` its manifest must lie in its archive too: in the folder `archive`, or where it was when it was dropped.
    """
    gone = await ledger.dropped_months(uow)
    wrong: list[str] = []
    agreed = await approvals.by_id(uow, {(PLATFORM, one.approval_id) for one in gone})
    for one in gone:
        wrong += _named(one, _unlike_agreement(one, agreed.get((PLATFORM, one.approval_id))))
        if not one.is_a_month or await ledger.content_now(uow, one) != one.content or not _is_signed(one, keys):
            wrong.append(f"{one.month}: not what was signed")
        if look_there and keys:
            wrong += _named(one, _unlike_archive(one, Shelf(archive or Path(one.place)), keys))
    wrong += [f"{later.month}: not after {earlier.month}" for earlier, later in pairwise(gone) if later.first_id < earlier.below_id]
    if gone:
        left = sum(await ledger.rows_below(uow, await ledger.border(uow)))
        wrong += [f"{left} rows that were said to be dropped: velora archive drop {gone[-1].month}"] if left else []
    return Check(27, NAME, len(wrong), tuple(wrong[:5]))


def _named(one: DroppedMonth, problems: Iterator[str]) -> list[str]:
    return [f"{one.month}: {problem}" for problem in problems]


def _is_signed(one: DroppedMonth, keys: SigningKeys | None) -> bool:
    return keys is None or keys.verifies(one.key_id, one.form, one.signature)


def _unlike_agreement(one: DroppedMonth, agreed: ApprovalFacts | None) -> Iterator[str]:
    if agreed is None or agreed.state is not State.DONE or (agreed.matter.action, agreed.matter.subject) != (DROP, one.month):
        yield "nobody agreed to it"
    elif (agreed.requested_by, agreed.decided_by) != (one.asked_by, one.agreed_by):
        yield "others agreed to it"
    elif agreed.matter.payload.get("manifest_sha256") != one.manifest_sha256:
        yield "another archive was agreed to"


def _unlike_archive(one: DroppedMonth, shelf: Shelf, keys: SigningKeys) -> Iterator[str]:
    month = Month.named(one.month)
    try:
        manifest = shelf.manifest(month) if month else None
    except (NotArchived, OSError):
        yield f"no archive in {shelf.folder}"
        return
    if manifest is None or manifest.sha256 != one.manifest_sha256 or not manifest.is_signed(keys):
        yield f"{shelf.folder} has another archive"
