"""A gateway for laptops and tests, with books of its own: what it charged can be counted and held against the ledger.

It keeps its charges in a SQLite file apart from Velora's database, as a gateway in another company would, and commits them
in groups. Card numbers stay here, as the four digits that a gateway shows; Velora sees the token.
"""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from velora.kernel.money import share
from velora.modules.payments.gateways import signatures
from velora.modules.payments.gateways.port import (
    ActionRequired,
    Captured,
    CaptureFailed,
    CaptureOrder,
    CaptureOutcome,
    Card,
    ChargeOrder,
    ChargeOutcome,
    DeclinedCharge,
    Forged,
    Notice,
    NotKnown,
    Refunded,
    RefundFailed,
    RefundOrder,
    RefundOutcome,
    Seen,
    SeenCharge,
    SeenRefund,
    Unheard,
)
from velora.platform.db.group_commit import GroupCommit
from velora.platform.db.own_file import open_own_file
from velora.platform.tokens import fresh_ref

# What each test card does; every other number that passes the Luhn check is charged.
BEHAVIOURS: Final = {
    "4000000000009995": "insufficient_funds",
    "4000000000000002": "card_declined",
    "4000000000003220": "challenge",
    "4000000000000341": "reply_lost",  # charged, but we never hear of it
    "4000000000000259": "request_lost",  # never reaches the gateway
}
_BRANDS: Final = {"4": "Visa", "5": "Mastercard", "3": "Amex"}
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS token (token TEXT PRIMARY KEY, brand TEXT NOT NULL, last4 TEXT NOT NULL, behaviour TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS charge (key TEXT PRIMARY KEY, ref TEXT NOT NULL UNIQUE, reference TEXT NOT NULL, amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, brand TEXT NOT NULL, last4 TEXT NOT NULL, fee_minor INTEGER NOT NULL,
    refunded_minor INTEGER NOT NULL DEFAULT 0, CHECK (refunded_minor BETWEEN 0 AND amount_minor)) STRICT;
CREATE TABLE IF NOT EXISTS refund (key TEXT PRIMARY KEY, ref TEXT NOT NULL, charge_ref TEXT NOT NULL, amount_minor INTEGER NOT NULL) STRICT;
"""


# Tokens that need no card form: for tests, imports and benchmarks.
VISA: Final = Card("tok_visa", "Visa", "4242")


@dataclass(frozen=True)
class Totals:
    """What the gateway has in its books, by currency."""

    charges: int
    charged_minor: dict[str, int]
    refunded_minor: dict[str, int]


class SandboxGateway:
    """Charges, declines, challenges and loses replies as its test cards say."""

    name = "sandbox"

    def __init__(self, file: Path, *, challenge_base: str, fee_bps: int = 0, fee_fixed_minor: int = 0) -> None:
        self._thread = ThreadPoolExecutor(1, "sandbox-gateway")
        self._file = file
        self._db: sqlite3.Connection | None = None
        self._challenge_base = challenge_base
        self._fee = (fee_bps, fee_fixed_minor)
        self._work: GroupCommit[Callable[[sqlite3.Connection], Any], Any] = GroupCommit(self._together)

    async def tokenize(self, number: str, exp_month: int, exp_year: int) -> Card | None:
        """A token for this card, or None when the number is not one of a card."""
        digits = number.replace(" ", "")
        if not (digits.isdigit() and 12 <= len(digits) <= 19 and _luhn(digits) and 1 <= exp_month <= 12 and exp_year >= 2000):
            return None
        card = Card(fresh_ref("tok"), _BRANDS.get(digits[0], "Card"), digits[-4:])
        behaviour = BEHAVIOURS.get(digits, "ok")
        await self._submit(
            lambda db: db.execute("INSERT INTO token VALUES (?, ?, ?, ?)", (card.token, card.brand, card.last4, behaviour)) and None
        )
        return card

    async def charge(self, order: ChargeOrder) -> ChargeOutcome:
        return await self._submit(lambda db: self._charge(db, order))

    async def find(self, key: str) -> ChargeOutcome | NotKnown:
        return await self._submit(lambda db: self._find(db, key))

    async def void(self, key: str) -> ChargeOutcome:
        return await self._submit(lambda db: self._void(db, key))

    async def answer_challenge(self, ref: str, *, approved: bool) -> ChargeOutcome | NotKnown:
        """The buyer has confirmed, or refused, at the bank."""
        return await self._submit(lambda db: self._answer(db, ref, "captured" if approved else "declined"))

    async def capture(self, order: CaptureOrder) -> CaptureOutcome:
        return CaptureFailed("nothing_authorised")

    async def refund(self, order: RefundOrder) -> RefundOutcome:
        return await self._submit(lambda db: self._refund(db, order))

    async def find_refund(self, key: str) -> RefundOutcome | NotKnown:
        def look(db: sqlite3.Connection) -> RefundOutcome | NotKnown:
            row = db.execute("SELECT ref FROM refund WHERE key = ?", (key,)).fetchone()
            return Refunded(row[0]) if row else NotKnown()

        return await self._submit(look)

    def notice(self, type_: str, ref: str, at: datetime, *, event_id: str = "") -> tuple[bytes, dict[str, str]]:
        """The signed notice that this gateway would send about its object: body and headers."""
        body = json.dumps({"id": event_id or fresh_ref("evt"), "type": type_, "ref": ref}).encode()
        return body, signatures.sign(self._secret(), body, at)

    def read_notice(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Notice | Forged:
        if (why := signatures.forged(self._secret(), body, headers, now)) is not None:
            return why
        said = json.loads(body)
        return Notice(said["id"], said["type"], said["ref"])

    async def look_up(self, notice: Notice) -> Seen:
        return await self._submit(lambda db: self._look_up(db, notice.ref))

    async def totals(self) -> Totals:
        """The gateway's own books."""

        def add_up(db: sqlite3.Connection) -> Totals:
            rows = db.execute(
                "SELECT currency, COUNT(*), SUM(amount_minor), SUM(refunded_minor) FROM charge WHERE state = 'captured' GROUP BY currency"
            ).fetchall()
            return Totals(sum(row[1] for row in rows), {row[0]: row[2] for row in rows}, {row[0]: row[3] for row in rows})

        return await self._submit(add_up)

    async def ping(self) -> None:
        await self._submit(lambda db: db.execute("SELECT 1").fetchone())

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, lambda: self._db and self._db.close())
        self._thread.shutdown()

    async def _submit(self, work: Callable[[sqlite3.Connection], Any]) -> Any:
        return await self._work.submit(work)

    async def _together(self, work: Sequence[Callable[[sqlite3.Connection], Any]]) -> Sequence[Any]:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._commit, work)

    def _commit(self, work: Sequence[Callable[[sqlite3.Connection], Any]]) -> list[Any]:
        if self._db is None:
            # Survives the death of this process; only the machine's own could lose the last charges, and nobody pays with them.
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._db = open_own_file(self._file, _SCHEMA, synchronous="NORMAL")
        self._db.execute("BEGIN IMMEDIATE")
        try:
            outcomes = [one(self._db) for one in work]
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        return outcomes

    def _charge(self, db: sqlite3.Connection, order: ChargeOrder) -> ChargeOutcome:
        known = self._find(db, order.key)
        if not isinstance(known, NotKnown):
            return known
        if order.token == VISA.token:
            brand, last4, behaviour = VISA.brand, VISA.last4, "ok"
        else:
            row = db.execute("SELECT brand, last4, behaviour FROM token WHERE token = ?", (order.token,)).fetchone()
            brand, last4, behaviour = row or ("", "", "unknown_token")
        if behaviour == "request_lost":
            return Unheard("The gateway could not be reached.")
        state = {"ok": "captured", "reply_lost": "captured", "challenge": "action_required"}.get(behaviour, "declined")
        fee = min(share(order.amount_minor, self._fee[0]) + self._fee[1], order.amount_minor) if any(self._fee) else 0
        ref = fresh_ref("ch")
        db.execute(
            "INSERT INTO charge VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
            (order.key, ref, order.reference, order.amount_minor, order.currency, state, behaviour, brand, last4, fee),
        )
        return (
            Unheard("The gateway did not answer in time.")
            if behaviour == "reply_lost"
            else self._outcome(ref, state, behaviour, brand, last4, fee)
        )

    def _find(self, db: sqlite3.Connection, key: str) -> ChargeOutcome | NotKnown:
        row = db.execute("SELECT ref, state, reason, brand, last4, fee_minor FROM charge WHERE key = ?", (key,)).fetchone()
        return self._outcome(*row) if row else NotKnown()

    def _outcome(self, ref: str, state: str, reason: str, brand: str, last4: str, fee: int) -> ChargeOutcome:
        if state == "captured":
            return Captured(ref, brand, last4, fee)
        if state == "action_required":
            return ActionRequired(ref, f"{self._challenge_base}/{ref}", brand, last4)
        return DeclinedCharge(reason, brand, last4)

    def _look_up(self, db: sqlite3.Connection, ref: str) -> Seen:
        charge = db.execute("SELECT key, amount_minor, currency FROM charge WHERE ref = ?", (ref,)).fetchone()
        if charge:
            found = self._find(db, charge[0])
            assert not isinstance(found, NotKnown)
            return SeenCharge(charge[0], ref, charge[1], charge[2], found)
        refund = db.execute("SELECT key FROM refund WHERE ref = ?", (ref,)).fetchone()
        return SeenRefund(refund[0], ref, Refunded(ref)) if refund else NotKnown()

    def _secret(self) -> bytes:
        return signatures.secret_in(self._file.with_suffix(".key"))

    def _void(self, db: sqlite3.Connection, key: str) -> ChargeOutcome:
        db.execute("UPDATE charge SET state = 'declined', reason = 'voided' WHERE key = ? AND state = 'action_required'", (key,))
        found = self._find(db, key)
        if isinstance(found, NotKnown):
            # A request that is still on its way must find the key taken.
            db.execute("INSERT INTO charge VALUES (?, ?, '', 0, '', 'declined', 'voided', '', '', 0, 0)", (key, fresh_ref("ch")))
            return DeclinedCharge("voided")
        return found

    def _answer(self, db: sqlite3.Connection, ref: str, state: str) -> ChargeOutcome | NotKnown:
        db.execute(
            "UPDATE charge SET state = ?, reason = 'challenge_failed' WHERE ref = ? AND state = 'action_required'",
            (state, ref),
        )
        row = db.execute("SELECT key FROM charge WHERE ref = ?", (ref,)).fetchone()
        return self._find(db, row[0]) if row else NotKnown()

    def _refund(self, db: sqlite3.Connection, order: RefundOrder) -> RefundOutcome:
        row = db.execute("SELECT ref FROM refund WHERE key = ?", (order.key,)).fetchone()
        if row:
            return Refunded(row[0])
        met = db.execute(
            "UPDATE charge SET refunded_minor = refunded_minor + ? "
            "WHERE ref = ? AND state = 'captured' AND currency = ? AND refunded_minor + ? <= amount_minor",
            (order.amount_minor, order.charge_ref, order.currency, order.amount_minor),
        ).rowcount
        if not met:
            return RefundFailed("amount_too_large")
        ref = fresh_ref("re")
        db.execute("INSERT INTO refund VALUES (?, ?, ?, ?)", (order.key, ref, order.charge_ref, order.amount_minor))
        return Refunded(ref)


def _luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(int(digit) for digit in digits[-1::-2]) + sum(doubled)) % 10 == 0
