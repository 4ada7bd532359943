"""What approvals refuse."""

from dataclasses import dataclass
from datetime import datetime

from velora.kernel.errors import Refusal


@dataclass(unsafe_hash=True)
class OwnRequest(Refusal):
    """Four eyes are those of two people."""

    code = "approvals.own_request"
    status = 403
    title = "A second person decides"

    approval: str

    def detail(self) -> str:
        return f"You asked for {self.approval} yourself. Somebody else must decide on it; what you can do is withdraw it."


@dataclass(unsafe_hash=True)
class NotYours(Refusal):
    code = "approvals.not_yours"
    status = 403
    title = "Only who asked can withdraw"

    approval: str

    def detail(self) -> str:
        return f"Somebody else asked for {self.approval}. Reject it instead, and say why."


@dataclass(unsafe_hash=True)
class AlreadyAsked(Refusal):
    """`approval` is the request that stands."""

    code = "approvals.already_asked"
    title = "Already asked for"

    approval: str
    state: str

    def detail(self) -> str:
        return f"The same has been asked for and is {self.state}: {self.approval}. Decide on that one, or withdraw it first."


@dataclass(unsafe_hash=True)
class AlreadyDecided(Refusal):
    code = "approvals.already_decided"
    title = "Already decided"

    approval: str
    state: str

    def detail(self) -> str:
        return f"{self.approval} is {self.state} already; nothing was changed. Look at it again before you ask anew."


@dataclass(unsafe_hash=True)
class Expired(Refusal):
    code = "approvals.expired"
    title = "Too late"

    approval: str
    expired_at: datetime

    def detail(self) -> str:
        return f"{self.approval} was to be decided until {self.expired_at:%Y-%m-%d %H:%M} UTC. Whoever still wants it asks again."


@dataclass(unsafe_hash=True)
class Changed(Refusal):
    """What would be done is not what was asked for, or not what the second person was shown."""

    code = "approvals.changed"
    title = "Not what was asked for"

    approval: str

    def detail(self) -> str:
        return f"What would be done now is not what {self.approval} says. Look at it again; if it is still wanted, ask anew."


@dataclass(unsafe_hash=True)
class NotApproved(Refusal):
    """`approval` is the request that waits, or empty when nobody has asked."""

    code = "approvals.not_approved"
    title = "A second person must agree first"

    approval: str

    def detail(self) -> str:
        if not self.approval:
            return "Nobody has asked for this, or what was asked for is no longer open. Ask first; then a second person agrees."
        return f"{self.approval} waits for a second person. Somebody other than who asked approves it first."
