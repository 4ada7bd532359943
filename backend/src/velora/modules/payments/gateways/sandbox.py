"""A gateway for laptops and tests, with books of its own: what it charged can be counted and held against the ledger.

It keeps its charges in a SQLite file apart from Velora's database, as a gateway in another company would, and commits them
in groups. Card numbers stay here, as the four digits that a gateway shows; Velora sees the token.

A charge that is to be captured later has a row in `authorisation` beside it, from the moment it is asked for. What it holds is released
after seven days by this gateway's clock.
"""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from velora.kernel.clock import Clock, SystemClock
from velora.kernel.money import share
from velora.modules.payments.gateways import sandbox_disputes as disputes
from velora.modules.payments.gateways import signatures
from velora.modules.payments.gateways.card_numbers import is_card_number
from velora.modules.payments.gateways.port import (
    ActionRequired,
    Authorised,
    Captured,
    CaptureFailed,
    CaptureOrder,
    CaptureOutcome,
    Card,
    ChargeOrder,
    ChargeOutcome,
    DeclinedCharge,
    Forged,
    KeptCard,
    Notice,
    NotKnown,
    Refunded,
    RefundFailed,
    RefundOrder,
    RefundOutcome,
    Seen,
    SeenCharge,
    SeenDispute,
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
    "4000000000004210": "capture_reply_lost",  # held, and captured later, but of that we never hear
    "4000000000002685": "disputed",  # charged, and its owner goes to the bank at once
}
AUTHORISED_FOR: Final = timedelta(days=7)
_PAYING: Final = frozenset({"ok", "reply_lost", "capture_reply_lost", "disputed"})
_BRANDS: Final = {"4": "Visa", "5": "Mastercard", "3": "Amex"}
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS token (token TEXT PRIMARY KEY, brand TEXT NOT NULL, last4 TEXT NOT NULL, behaviour TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS charge (key TEXT PRIMARY KEY, ref TEXT NOT NULL UNIQUE, reference TEXT NOT NULL, amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, brand TEXT NOT NULL, last4 TEXT NOT NULL, fee_minor INTEGER NOT NULL,
    refunded_minor INTEGER NOT NULL DEFAULT 0, CHECK (refunded_minor BETWEEN 0 AND amount_minor)) STRICT;
CREATE TABLE IF NOT EXISTS authorisation (charge_ref TEXT PRIMARY KEY, held_minor INTEGER NOT NULL, expires_at INTEGER) STRICT;
CREATE TABLE IF NOT EXISTS expiry (token TEXT PRIMARY KEY, month INTEGER NOT NULL, year INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS kept (token TEXT PRIMARY KEY, source TEXT NOT NULL, customer TEXT NOT NULL, UNIQUE (source, customer)) STRICT;
CREATE TABLE IF NOT EXISTS capture (key TEXT PRIMARY KEY, charge_ref TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE IF NOT EXISTS refund (key TEXT PRIMARY KEY, ref TEXT NOT NULL, charge_ref TEXT NOT NULL, amount_minor INTEGER NOT NULL) STRICT;
"""

# Tokens that need no card form: for tests, imports and benchmarks.
VISA: Final = Card("tok_visa", "Visa", "4242")
_VISA_EXPIRES: Final = (12, 2034)


@dataclass(frozen=True)
class Totals:
    """What the gateway has in its books, by currency."""

    charges: int
    charged_minor: dict[str, int]
    refunded_minor: dict[str, int]
    held_minor: dict[str, int]
    disputed_minor: dict[str, int]  # what banks took back, less what returned; fees of disputes apart


class SandboxGateway:
    """Charges, holds, declines, challenges and loses replies as its test cards say."""

    name = "sandbox"

    def __init__(self, file: Path, *, challenge_base: str, fee_bps: int = 0, fee_fixed_minor: int = 0, clock: Clock | None = None) -> None:
        self._thread = ThreadPoolExecutor(1, "sandbox-gateway")
        self._file = file
        self._db: sqlite3.Connection | None = None
        self._challenge_base = challenge_base
        self._fee = (fee_bps, fee_fixed_minor)
        self._clock = clock or SystemClock()
        self._work: GroupCommit[Callable[[sqlite3.Connection], Any], Any] = GroupCommit(self._together)

    async def tokenize(self, number: str, exp_month: int, exp_year: int) -> Card | None:
        """A token for this card, or None when the number is not one of a card."""
        digits = number.replace(" ", "")
        if not (digits.isdigit() and 12 <= len(digits) <= 19 and is_card_number(digits) and 1 <= exp_month <= 12 and exp_year >= 2000):
            return None
        card = Card(fresh_ref("tok"), _BRANDS.get(digits[0], "Card"), digits[-4:])
        behaviour = BEHAVIOURS.get(digits, "ok")
        await self._submit(lambda db: self._know(db, card, behaviour, (exp_month, exp_year)))
        return card

    async def keep(self, token: str, customer: str) -> KeptCard | None:
        """The card of a token, kept for this customer under a token of its own; the same when asked again."""
        return await self._submit(lambda db: self._keep(db, token, customer))

    async def charge(self, order: ChargeOrder) -> ChargeOutcome:
        return await self._submit(lambda db: self._charge(db, order))

    async def find(self, key: str) -> ChargeOutcome | NotKnown:
        return await self._submit(lambda db: self._find(db, key))

    async def capture(self, order: CaptureOrder) -> CaptureOutcome:
        return await self._submit(lambda db: self._capture(db, order))

    async def void(self, key: str) -> ChargeOutcome:
        return await self._submit(lambda db: self._void(db, key))

    async def answer_challenge(self, ref: str, *, approved: bool) -> ChargeOutcome | NotKnown:
        """The buyer has confirmed, or refused, at the bank."""
        return await self._submit(lambda db: self._answer(db, ref, approved))

    async def refund(self, order: RefundOrder) -> RefundOutcome:
        return await self._submit(lambda db: self._refund(db, order))

    async def find_refund(self, key: str) -> RefundOutcome | NotKnown:
        row = await self._submit(lambda db: db.execute("SELECT ref FROM refund WHERE key = ?", (key,)).fetchone())
        return Refunded(row[0]) if row else NotKnown()

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
            held = db.execute(
                "SELECT currency, SUM(held_minor) FROM authorisation JOIN charge ON charge_ref = ref "
                "WHERE state = 'authorised' AND expires_at > ? GROUP BY currency",
                (self._clock.now().timestamp(),),
            ).fetchall()
            taken, back = {row[0]: row[2] for row in rows}, {row[0]: row[3] for row in rows}
            return Totals(sum(row[1] for row in rows), taken, back, dict(held), disputes.sums(db))

        return await self._submit(add_up)

    async def find_dispute(self, ref: str) -> SeenDispute | NotKnown | Unheard:
        return await self._submit(lambda db: self._dispute(db, ref))

    async def disputes_since(self, moment: datetime) -> list[SeenDispute] | Unheard:
        named = await self._submit(lambda db: [self._dispute(db, ref) for ref in disputes.since(db, moment)])
        return [one for one in named if isinstance(one, SeenDispute)]

    async def open_dispute(self, charge_ref: str, amount_minor: int | None = None, *, only_asks: bool = False) -> str:
        """The buyer's bank takes the charge back, or so much of it, and this gateway wants its fee; or it only asks. The dispute's name."""
        return await self._submit(lambda db: disputes.begin(db, charge_ref, self._clock.now(), amount_minor, only_asks=only_asks))

    async def end_dispute(self, ref: str, *, won: bool, fee_back: bool = False) -> None:
        """Won: what was taken comes back."""
        await self._submit(lambda db: disputes.decide(db, ref, won=won, fee_back=fee_back))

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
            self._db = open_own_file(self._file, _SCHEMA + disputes.SCHEMA, synchronous="NORMAL")
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
            row = db.execute(
                "SELECT brand, last4, behaviour FROM token LEFT JOIN kept USING (token) WHERE token = ? AND COALESCE(customer, ?) = ?",
                (order.token, order.customer, order.customer),
            ).fetchone()
            brand, last4, behaviour = row or ("", "", "unknown_token")
        if behaviour == "request_lost":
            return Unheard("The gateway could not be reached.")
        state = {"challenge": "action_required"}.get(behaviour, "captured" if behaviour in _PAYING else "declined")
        ref, fee = fresh_ref("ch"), self._fee_on(order.amount_minor)
        db.execute(
            "INSERT INTO charge VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
            (order.key, ref, order.reference, order.amount_minor, order.currency, state, behaviour, brand, last4, fee),
        )
        if order.capture == "later":
            db.execute("INSERT INTO authorisation VALUES (?, ?, NULL)", (ref, order.amount_minor))
            self._hold(db, ref)
        if behaviour == "disputed" and order.capture == "now":
            disputes.begin(db, ref, self._clock.now())
        if behaviour == "reply_lost":
            return Unheard("The gateway did not answer in time.")
        if order.capture == "later":
            return self._known(db, order.key)
        return self._outcome(ref, state, behaviour, brand, last4, fee, order.amount_minor, None)

    @staticmethod
    def _know(db: sqlite3.Connection, card: Card, behaviour: str, expires: tuple[int, int]) -> None:
        db.execute("INSERT INTO token VALUES (?, ?, ?, ?)", (card.token, card.brand, card.last4, behaviour))
        db.execute("INSERT INTO expiry VALUES (?, ?, ?)", (card.token, *expires))

    def _keep(self, db: sqlite3.Connection, source: str, customer: str) -> KeptCard | None:
        known = "SELECT token, brand, last4, month, year FROM token JOIN expiry USING (token)"
        row = db.execute(f"{known} JOIN kept USING (token) WHERE customer = ? AND ? IN (token, source)", (customer, source)).fetchone()
        if row:
            return KeptCard(*row)
        card: tuple[str, str, str, int, int] | None = (VISA.brand, VISA.last4, "ok", *_VISA_EXPIRES)
        if source != VISA.token:
            card = db.execute(
                "SELECT brand, last4, behaviour, month, year FROM token JOIN expiry USING (token) "
                "WHERE token = ? AND token NOT IN (SELECT token FROM kept)",
                (source,),
            ).fetchone()
        if card is None:
            return None
        brand, last4, behaviour, *expires = card
        kept = KeptCard(fresh_ref("pm"), brand, last4, *expires)
        self._know(db, kept, behaviour, (kept.exp_month, kept.exp_year))
        db.execute("INSERT INTO kept VALUES (?, ?, ?)", (kept.token, source, customer))
        return kept

    def _find(self, db: sqlite3.Connection, key: str) -> ChargeOutcome | NotKnown:
        row = db.execute(
            "SELECT ref, state, reason, brand, last4, fee_minor, amount_minor, expires_at "
            "FROM charge LEFT JOIN authorisation ON charge_ref = ref WHERE key = ?",
            (key,),
        ).fetchone()
        return self._outcome(*row) if row else NotKnown()

    def _known(self, db: sqlite3.Connection, key: str) -> ChargeOutcome:
        found = self._find(db, key)
        assert not isinstance(found, NotKnown)
        return found

    def _outcome(
        self, ref: str, state: str, reason: str, brand: str, last4: str, fee: int, amount: int, expires_at: int | None
    ) -> ChargeOutcome:
        if state == "captured":
            return Captured(ref, brand, last4, fee, amount)
        if state == "action_required":
            return ActionRequired(ref, f"{self._challenge_base}/{ref}", brand, last4)
        if state == "authorised" and expires_at is not None:
            until = datetime.fromtimestamp(expires_at, UTC)
            return DeclinedCharge("expired", brand, last4) if until <= self._clock.now() else Authorised(ref, brand, last4, until)
        return DeclinedCharge(reason, brand, last4)

    def _look_up(self, db: sqlite3.Connection, ref: str) -> Seen:
        charge = db.execute("SELECT key, amount_minor, currency FROM charge WHERE ref = ?", (ref,)).fetchone()
        if charge:
            found = self._find(db, charge[0])
            assert not isinstance(found, NotKnown)
            return SeenCharge(charge[0], ref, charge[1], charge[2], found)
        refund = db.execute("SELECT key FROM refund WHERE ref = ?", (ref,)).fetchone()
        return SeenRefund(refund[0], ref, Refunded(ref)) if refund else self._dispute(db, ref)

    def _dispute(self, db: sqlite3.Connection, ref: str) -> SeenDispute | NotKnown:
        about = disputes.charge_of(db, ref)
        charge = self._look_up(db, about) if about else NotKnown()
        return disputes.seen(db, ref, charge, self._clock.now()) if isinstance(charge, SeenCharge) else NotKnown()

    def _secret(self) -> bytes:
        return signatures.secret_in(self._file.with_suffix(".key"))

    def _void(self, db: sqlite3.Connection, key: str) -> ChargeOutcome:
        found = self._find(db, key)
        if isinstance(found, NotKnown):
            # A request that is still on its way must find the key taken.
            db.execute("INSERT INTO charge VALUES (?, ?, '', 0, '', 'declined', 'voided', '', '', 0, 0)", (key, fresh_ref("ch")))
            return DeclinedCharge("voided")
        if isinstance(found, Authorised | ActionRequired):
            db.execute("UPDATE charge SET state = 'declined', reason = 'voided' WHERE key = ?", (key,))
            return self._known(db, key)
        return found

    def _answer(self, db: sqlite3.Connection, ref: str, approved: bool) -> ChargeOutcome | NotKnown:
        met = db.execute(
            "UPDATE charge SET state = ?, reason = 'challenge_failed' WHERE ref = ? AND state = 'action_required'",
            ("captured" if approved else "declined", ref),
        ).rowcount
        if met:
            self._hold(db, ref)
        row = db.execute("SELECT key FROM charge WHERE ref = ?", (ref,)).fetchone()
        return self._find(db, row[0]) if row else NotKnown()

    def _hold(self, db: sqlite3.Connection, ref: str) -> None:
        """A charge that would be taken now is held instead, if it is one to be captured later."""
        until = int((self._clock.now() + AUTHORISED_FOR).timestamp())
        here = "SELECT 1 FROM charge WHERE ref = charge_ref AND state = 'captured'"
        if db.execute(f"UPDATE authorisation SET expires_at = ? WHERE charge_ref = ? AND EXISTS ({here})", (until, ref)).rowcount:
            db.execute("UPDATE charge SET state = 'authorised', fee_minor = 0 WHERE ref = ?", (ref,))

    def _capture(self, db: sqlite3.Connection, order: CaptureOrder) -> CaptureOutcome:
        row = db.execute("SELECT key, reason, currency FROM charge WHERE ref = ?", (order.charge_ref,)).fetchone()
        if row is None:
            return CaptureFailed("unknown_charge")
        key, behaviour, currency = row
        found = self._known(db, key)
        before = db.execute("SELECT charge_ref FROM capture WHERE key = ?", (order.key,)).fetchone()
        if before and before[0] == order.charge_ref and isinstance(found, Captured):
            return found
        match found:
            case Authorised() if order.amount_minor > self._held(db, order.charge_ref) or order.amount_minor < 1:
                return CaptureFailed("too_large" if order.amount_minor > 0 else "too_small")
            case Authorised() if order.currency != currency:
                return CaptureFailed("wrong_currency")
            case Authorised():
                pass
            case Captured():
                return CaptureFailed("already_captured")
            case DeclinedCharge(reason):
                return CaptureFailed(reason)
            case _:
                return CaptureFailed("not_authorised")
        db.execute(
            "UPDATE charge SET state = 'captured', amount_minor = ?, fee_minor = ? WHERE ref = ?",
            (order.amount_minor, self._fee_on(order.amount_minor), order.charge_ref),
        )
        db.execute("INSERT INTO capture VALUES (?, ?)", (order.key, order.charge_ref))
        if behaviour == "disputed":
            disputes.begin(db, order.charge_ref, self._clock.now())
        taken = self._known(db, key)
        late = behaviour == "capture_reply_lost"
        return taken if isinstance(taken, Captured) and not late else Unheard("The gateway did not answer in time.")

    def _held(self, db: sqlite3.Connection, ref: str) -> int:
        return db.execute("SELECT held_minor FROM authorisation WHERE charge_ref = ?", (ref,)).fetchone()[0]

    def _fee_on(self, amount_minor: int) -> int:
        return min(share(amount_minor, self._fee[0]) + self._fee[1], amount_minor) if any(self._fee) else 0

    def _refund(self, db: sqlite3.Connection, order: RefundOrder) -> RefundOutcome:
        row = db.execute("SELECT ref FROM refund WHERE key = ?", (order.key,)).fetchone()
        if row:
            return Refunded(row[0])
        disputed = disputes.gone_of(db, order.charge_ref)
        met = db.execute(
            "UPDATE charge SET refunded_minor = refunded_minor + ? "
            "WHERE ref = ? AND state = 'captured' AND currency = ? AND refunded_minor + ? + ? <= amount_minor",
            (order.amount_minor, order.charge_ref, order.currency, order.amount_minor, disputed),
        ).rowcount
        if not met:
            return RefundFailed("charge_disputed" if disputed else "amount_too_large")
        ref = fresh_ref("re")
        db.execute("INSERT INTO refund VALUES (?, ?, ?, ?)", (order.key, ref, order.charge_ref, order.amount_minor))
        return Refunded(ref)
