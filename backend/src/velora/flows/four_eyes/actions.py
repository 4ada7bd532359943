"""What needs a second person, and what follows when that one agrees: the one table. A new money action is one line here.

A flow asks by `second_person.ask` with the name of its action. `act` runs in the transaction of the approval, and the request counts as
done with it; without one, whoever asked does it later and takes the approval then (`second_person.take`), as a command does. `after` runs
once the approval stands, outside any transaction, and does the same when done again. `give_up` runs with what nobody agreed to.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from velora.flows.archiving.agreeing import DROP
from velora.flows.fx import record
from velora.flows.house import TradingHouse
from velora.flows.invoice_terms import give_up, limits
from velora.flows.store_credit import goodwill
from velora.flows.suspense import send, settle
from velora.flows.transfers import made
from velora.kernel.principal import Role
from velora.modules.approvals.service import ApprovalFacts
from velora.platform.db import UnitOfWork

Act = Callable[[UnitOfWork, Sequence[ApprovalFacts]], Awaitable[None]]
After = Callable[[TradingHouse, Sequence[ApprovalFacts]], Awaitable[None]]


@dataclass(frozen=True)
class Action:
    """`act` and `give_up` raise a refusal where they cannot: then nothing of the decision stands. `role` and super admins may decide."""

    act: Act | None = None
    after: After | None = None
    give_up: Act | None = None
    role: Role = Role.FINANCE


ACTIONS: Final[Mapping[str, Action]] = {
    DROP: Action(role=Role.SUPER_ADMIN),  # velora archive drop does it, as a database user who may
    give_up.GIVE_UP: Action(act=give_up.give_up_agreed),
    limits.LET: Action(act=limits.let_agreed),
    goodwill.GIVE: Action(act=goodwill.give_agreed),
    record.CONVERT: Action(act=record.convert_agreed),
    made.SENT: Action(act=made.say_agreed, give_up=made.reopen),
    settle.SETTLE: Action(act=settle.settle_agreed, after=send.send_agreed, give_up=settle.reopen),
}
