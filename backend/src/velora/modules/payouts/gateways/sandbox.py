"""A bank in a SQLite file of its own: it keeps what it sent, whatever becomes of Velora's database."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

from velora.modules.payouts.gateways.port import BankAnswer, Transfer, TransferOutcome
from velora.platform.db.own_file import open_own_file

T = TypeVar("T")

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS transfer (
  key TEXT PRIMARY KEY, destination TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount > 0), currency TEXT NOT NULL,
  ref TEXT NOT NULL, kind TEXT NOT NULL, reason TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS closed_account (destination TEXT PRIMARY KEY, reason TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS deaf_to (destination TEXT PRIMARY KEY) STRICT;
"""


class SandboxBank:
    """Sends everything at once. Accounts can be closed, and the next answer about one can be lost, to see what Velora does then."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="velora-bank")
        self._connection: sqlite3.Connection | None = None

    async def transfer(self, order: Transfer) -> TransferOutcome:
        return await self._run(lambda bank: _transfer(bank, order))

    async def close_account(self, destination: str, reason: str = "The account is closed.") -> None:
        """Transfers to this account fail from now on, with this reason."""
        await self.open_account(destination)
        await self._run(lambda bank: bank.execute("INSERT INTO closed_account VALUES (?, ?)", (destination, reason)))

    async def open_account(self, destination: str) -> None:
        """Transfers to this account go through again."""
        await self._run(lambda bank: bank.execute("DELETE FROM closed_account WHERE destination = ?", (destination,)))

    async def lose_next_answer(self, destination: str) -> None:
        """The next transfer to this account is made, but its answer does not reach us."""
        there = "SELECT 1 FROM deaf_to WHERE destination = ?"
        await self._run(
            lambda bank: bank.execute(there, (destination,)).fetchone() or bank.execute("INSERT INTO deaf_to VALUES (?)", (destination,))
        )

    async def sent(self, destination: str = "") -> dict[str, int]:
        """What was sent in all, or to one account, by currency, as the bank counts it."""
        statement = "SELECT currency, SUM(amount) FROM transfer WHERE kind = 'paid' AND ? IN ('', destination) GROUP BY currency"
        return await self._run(lambda bank: dict(bank.execute(statement, (destination,)).fetchall()))

    async def close(self) -> None:
        if self._connection is not None:
            await self._run(lambda bank: bank.close())
        self._thread.shutdown()

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: work(self._opened()))

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = open_own_file(self._path, _SCHEMA, synchronous="FULL")
        return self._connection


def _transfer(bank: sqlite3.Connection, order: Transfer) -> TransferOutcome:
    bank.execute("BEGIN IMMEDIATE")
    with bank:
        known = bank.execute("SELECT kind, ref, reason FROM transfer WHERE key = ?", (order.key,)).fetchone()
        if known is not None:
            return TransferOutcome(BankAnswer(known[0]), known[1], known[2])
        closed = bank.execute("SELECT reason FROM closed_account WHERE destination = ?", (order.destination,)).fetchone()
        number = bank.execute("SELECT COUNT(*) FROM transfer").fetchone()[0] + 1
        kind = BankAnswer.FAILED if closed else BankAnswer.PAID
        outcome = TransferOutcome(kind, f"SBX-{number:08d}", closed[0] if closed else "")
        bank.execute(
            "INSERT INTO transfer VALUES (?, ?, ?, ?, ?, ?, ?)",
            (order.key, order.destination, order.amount_minor, order.currency, outcome.ref, outcome.kind.value, outcome.reason),
        )
        lost = bank.execute("DELETE FROM deaf_to WHERE destination = ?", (order.destination,)).rowcount
    return TransferOutcome(BankAnswer.UNKNOWN) if lost else outcome
