"""Credit is given: posted once under its key, and the buyer's to spend in the same transaction."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from velora.flows.postings import SUSPENSE, credit
from velora.modules.credit import service as purses
from velora.modules.ledger import service as ledger
from velora.modules.ledger.policy import AccountRef, Journal, legs
from velora.platform.db import UnitOfWork

GOODWILL: Final = AccountRef("5020")
SOURCES: Final = {"goodwill": GOODWILL, "suspense_credit": SUSPENSE}


@dataclass(frozen=True)
class Gift:
    """So much for this account, because of `kind`. The key says what for, so that the same is given once; `about` names it in the books."""

    tenant_id: int
    key: str
    kind: str
    account_id: int
    currency: str
    amount_minor: int
    actor_ref: str
    about: tuple[str, str] | None = None

    @property
    def purse(self) -> purses.Purse:
        return self.tenant_id, self.account_id, self.currency


async def grant(uow: UnitOfWork, gifts: Sequence[Gift]) -> None:
    """Each account has so much more to spend, once for each key. What was given before under its key is left as it is."""
    await purses.give(uow, {gift.purse: 0 for gift in gifts})  # keeps the purses, so that the same gift at once waits here
    there = await ledger.find(uow, {(gift.tenant_id, gift.key) for gift in gifts})
    new = {(gift.tenant_id, gift.key): gift for gift in gifts if (gift.tenant_id, gift.key) not in there}
    sums: Counter[purses.Purse] = Counter()
    for gift in new.values():
        sums[gift.purse] += gift.amount_minor
    await purses.give(uow, sums)
    await ledger.post(uow, [_journal(uow, gift) for gift in new.values()])


def _journal(uow: UnitOfWork, gift: Gift) -> Journal:
    moves = legs((SOURCES[gift.kind], credit(gift.account_id), gift.amount_minor))
    payload = {gift.about[0]: gift.about[1]} if gift.about else {}
    return Journal(gift.tenant_id, gift.key, gift.kind, gift.currency, moves, uow.now, gift.actor_ref, payload)
