"""How a request moves between two people: forward only, in time, and never agreed to by who made it. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import orjson

from velora.kernel.errors import Refusal
from velora.kernel.ids import encode
from velora.modules.approvals.errors import AlreadyDecided, Expired, NotYours, OwnRequest

PLATFORM: Final = 0  # stands for the installation itself where a tenant's id would stand
LASTS: Final = timedelta(days=3)


class State(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"  # agreed to, and not done yet
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    DONE = "done"


OPEN: Final = frozenset({State.REQUESTED, State.APPROVED})

NEXT: Final[Mapping[State, frozenset[State]]] = {
    State.REQUESTED: frozenset({State.APPROVED, State.REJECTED, State.WITHDRAWN, State.EXPIRED}),
    State.APPROVED: frozenset({State.DONE, State.WITHDRAWN, State.EXPIRED}),
    State.REJECTED: frozenset(),
    State.WITHDRAWN: frozenset(),
    State.EXPIRED: frozenset(),
    State.DONE: frozenset(),
}


@dataclass(frozen=True)
class Matter:
    """What shall be done: `action` in the words of the trade (`suspense.settle`), `subject` the id of what it is done to.

    `payload` says exactly what, in plain JSON without personal data. An amount of nothing has no currency.
    """

    action: str
    subject: str
    payload: Mapping[str, object] = field(default_factory=dict[str, object])
    amount_minor: int = 0
    currency: str = ""

    @property
    def place(self) -> str:
        """What only one open request may be about."""
        return f"{self.action}:{self.subject}"


@dataclass(frozen=True)
class ApprovalFacts:
    """A request as it stands; `tenant_id` is PLATFORM where it concerns no single marketplace."""

    tenant_id: int
    id: int
    matter: Matter
    fingerprint: bytes
    requested_by: str
    requested_at: datetime
    expires_at: datetime
    state: State
    decided_by: str
    decided_at: datetime | None
    done_at: datetime | None
    reason: str

    @property
    def key(self) -> tuple[int, int]:
        return self.tenant_id, self.id

    @property
    def ref(self) -> str:
        return encode("apr", self.id)


def fingerprint_of(tenant_id: int, matter: Matter) -> bytes:
    """Equal for two matters in which the same is done to the same, whoever asks and when."""
    said = [tenant_id, matter.action, matter.subject, dict(matter.payload), matter.amount_minor, matter.currency]
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).digest()


def objection(facts: ApprovalFacts, then: State, by: str, now: datetime) -> Refusal | None:
    """Why this person may not take this step now; None when nothing speaks against it."""
    if then not in NEXT[facts.state]:
        return AlreadyDecided(facts.ref, facts.state)
    if facts.expires_at <= now:
        return Expired(facts.ref, facts.expires_at)
    if then in (State.APPROVED, State.REJECTED) and by == facts.requested_by:
        return OwnRequest(facts.ref)
    if then is State.WITHDRAWN and by != facts.requested_by:
        return NotYours(facts.ref)
    return None
