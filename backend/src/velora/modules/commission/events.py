"""What commission tells."""

from dataclasses import dataclass
from typing import ClassVar

from velora.kernel.events import Event
from velora.kernel.ids import RuleId


@dataclass(frozen=True)
class RuleChanged(Event):
    """A rule has a new version; sales from its `valid_from` on follow it."""

    type: ClassVar[str] = "commission.rule_changed.v1"
    aggregate: ClassVar[str] = "commission_rule"
    key: ClassVar[str] = "rule_id"

    rule_id: RuleId
    version: int
