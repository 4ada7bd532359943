"""Disputes in the sandbox gateway's own books: each a function over its database."""

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Final

from velora.modules.payments.gateways.port import SeenCharge, SeenDispute
from velora.platform.tokens import fresh_ref

FEE: Final = 1500
_ANSWER_WITHIN: Final = timedelta(days=7)
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS dispute (ref TEXT PRIMARY KEY, charge_ref TEXT NOT NULL, amount_minor INTEGER NOT NULL, state TEXT NOT NULL,
    reason TEXT NOT NULL, taken_minor INTEGER NOT NULL, returned_minor INTEGER NOT NULL, fee_minor INTEGER NOT NULL,
    fee_back_minor INTEGER NOT NULL, opened_at INTEGER NOT NULL, CHECK (returned_minor <= taken_minor)) STRICT;
"""


def begin(db: sqlite3.Connection, charge_ref: str, now: datetime, amount_minor: int | None = None, *, only_asks: bool = False) -> str:
    """The bank takes a captured charge back, or so much of it, and the gateway wants its fee; or it only asks. The dispute's name."""
    [charged] = db.execute("SELECT amount_minor FROM charge WHERE ref = ? AND state = 'captured'", (charge_ref,)).fetchone()
    ref, amount = fresh_ref("dp"), charged if amount_minor is None else amount_minor
    taken, fee = (0, 0) if only_asks else (amount, FEE)
    at = int(now.timestamp())
    db.execute("INSERT INTO dispute VALUES (?, ?, ?, 'open', 'fraudulent', ?, 0, ?, 0, ?)", (ref, charge_ref, amount, taken, fee, at))
    return ref


def decide(db: sqlite3.Connection, ref: str, *, won: bool, fee_back: bool) -> None:
    """Won, and what was taken comes back; with its fee, if the gateway is kind. Decided once."""
    db.execute(
        "UPDATE dispute SET state = ?, returned_minor = CASE WHEN ? THEN taken_minor ELSE 0 END, "
        "fee_back_minor = CASE WHEN ? THEN fee_minor ELSE 0 END WHERE ref = ? AND state = 'open'",
        ("won" if won else "lost", won, fee_back, ref),
    )


def charge_of(db: sqlite3.Connection, ref: str) -> str | None:
    """The charge that a dispute is about, or None."""
    row = db.execute("SELECT charge_ref FROM dispute WHERE ref = ?", (ref,)).fetchone()
    return row[0] if row else None


def seen(db: sqlite3.Connection, ref: str, charge: SeenCharge, now: datetime) -> SeenDispute:
    """How a dispute about this charge stands. Of what nobody has answered in time the bank has decided for the buyer."""
    late = "UPDATE dispute SET state = 'lost' WHERE ref = ? AND state = 'open' AND opened_at <= ?"
    db.execute(late, (ref, int((now - _ANSWER_WITHIN).timestamp())))
    state, reason, amount, opened, *moved = db.execute(
        "SELECT state, reason, amount_minor, opened_at, taken_minor, returned_minor, fee_minor, fee_back_minor FROM dispute WHERE ref = ?",
        (ref,),
    ).fetchone()
    opened_at = datetime.fromtimestamp(opened, UTC)
    return SeenDispute(ref, charge, state, reason, amount, charge.currency, opened_at, opened_at + _ANSWER_WITHIN, *moved)


def since(db: sqlite3.Connection, moment: datetime) -> list[str]:
    """The names of the disputes opened from then on."""
    rows = db.execute("SELECT ref FROM dispute WHERE opened_at >= ? ORDER BY opened_at, ref", (int(moment.timestamp()),)).fetchall()
    return [row[0] for row in rows]


def gone_of(db: sqlite3.Connection, charge_ref: str) -> int:
    """What banks hold of this charge now."""
    gone = "SELECT COALESCE(SUM(taken_minor - returned_minor), 0) FROM dispute WHERE charge_ref = ?"
    return db.execute(gone, (charge_ref,)).fetchone()[0]


def sums(db: sqlite3.Connection) -> dict[str, int]:
    """What banks hold of all charges, by currency."""
    gone = "SELECT currency, SUM(taken_minor - returned_minor) FROM dispute JOIN charge ON charge_ref = charge.ref GROUP BY currency"
    return dict(db.execute(gone).fetchall())
