"""A buyer's credit as a person reads it: what there is, what waits for orders, and every movement of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from velora.flows import postings
from velora.modules.credit import service as purses
from velora.modules.ledger import service as ledger
from velora.platform.db import UnitOfWork

_PAGE: Final = 500
_SHOWN: Final = 100


@dataclass(frozen=True)
class Move:
    """`kind` is the journal's: `capture` where an order was paid. `amount_minor` is below nothing where credit was spent."""

    journal_id: int
    at: datetime
    kind: str
    amount_minor: int
    order: str


@dataclass(frozen=True)
class PurseView:
    """What there is in one currency, and beside it the `others` in which the account has something."""

    facts: purses.PurseFacts
    moves: Sequence[Move]
    others: Sequence[purses.PurseFacts] = ()


async def purse_of(uow: UnitOfWork, tenant_id: int, account_id: int, currency: str) -> PurseView:
    """What an account has in a marketplace in this currency, its newest movements first; nothing of either where it never had any."""
    empty = purses.PurseFacts(tenant_id, account_id, currency, 0, 0)
    every = await purses.of_accounts(uow, [(tenant_id, account_id)])
    others = [one for one in every.values() if one.currency != currency and one.balance_minor]
    code = str(postings.credit(account_id))
    named = await ledger.accounts(uow, tenant_id=tenant_id, currency=currency, code_prefix=code)
    moves = [move for one in named if one.code == code for move in await _moves(uow, one)]
    return PurseView(every.get((tenant_id, account_id, currency), empty), moves[::-1][:_SHOWN], others)


async def _moves(uow: UnitOfWork, account: ledger.Account) -> list[Move]:
    """Every movement, oldest first; the legs of a journal are one."""
    moves: dict[int, Move] = {}
    cursor: str | None = None
    while True:
        found = await ledger.statement(uow, account, cursor=cursor, limit=_PAGE)
        for line in found.page.data:
            before = moves[line.journal.id].amount_minor if line.journal.id in moves else 0
            amount = before + line.credit_minor - line.debit_minor
            order = str(line.journal.payload.get("order", ""))
            moves[line.journal.id] = Move(line.journal.id, line.journal.recorded_at, line.journal.kind, amount, order)
        cursor = found.page.next_cursor
        if cursor is None:
            return list(moves.values())
