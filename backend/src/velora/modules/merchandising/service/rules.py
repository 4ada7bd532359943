"""Rules: for which query which listings stand first or not at all. Whether a listing is the marketplace's own is the caller's affair."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from velora.kernel.errors import NotFound, Refusal
from velora.kernel.ids import encode
from velora.modules.merchandising import repository
from velora.modules.merchandising.errors import ChangedMeanwhile, TooManyRules
from velora.modules.merchandising.models import MerchandisingRule
from velora.modules.merchandising.policy.rules import MOST_RULES, Matching, Wish
from velora.platform.db import UnitOfWork


@dataclass(frozen=True)
class Rule:
    """A rule as the marketplace keeps it."""

    id: int
    wish: Wish
    version: int
    updated_at: datetime

    @property
    def ref(self) -> str:
        return encode("srl", self.id)


async def rules(uow: UnitOfWork, tenant_id: int) -> list[Rule]:
    """All rules, the oldest first."""
    return [_rule(row) for row in await repository.all_rules(uow, tenant_id)]


async def rule(uow: UnitOfWork, tenant_id: int, id_: int) -> Rule | NotFound:
    row = await repository.rule(uow, (tenant_id, id_))
    return _rule(row) if row else _nowhere(id_)


async def add_rule(uow: UnitOfWork, tenant_id: int, wish: Wish) -> Rule | TooManyRules:
    """The rule is there, and holds when it says."""
    state = await repository.lock_state(uow, tenant_id)
    if await repository.count_rules(uow, tenant_id) >= MOST_RULES:
        return TooManyRules(MOST_RULES)
    new = Rule(uow.new_id(), wish, 1, uow.now)
    row = {"tenant_id": tenant_id, "id": new.id, **_columns(wish), "version": 1, "updated_at": uow.now}
    await repository.add_rule(uow, row)
    await repository.set_state(uow, tenant_id, {"edition": state.edition + 1})
    return new


async def change_rule(uow: UnitOfWork, tenant_id: int, id_: int, wish: Wish, version: int) -> Rule | Refusal:
    """The rule says this, unless somebody else has changed it meanwhile."""
    state = await repository.lock_state(uow, tenant_id)
    present = await rule(uow, tenant_id, id_)
    if isinstance(present, Refusal):
        return present
    if present.version != version:
        return ChangedMeanwhile()
    await repository.set_rule(uow, (tenant_id, id_), {**_columns(wish), "version": version + 1, "updated_at": uow.now})
    await repository.set_state(uow, tenant_id, {"edition": state.edition + 1})
    return Rule(id_, wish, version + 1, uow.now)


async def remove_rule(uow: UnitOfWork, tenant_id: int, id_: int) -> Rule | NotFound:
    """It is gone."""
    state = await repository.lock_state(uow, tenant_id)
    present = await rule(uow, tenant_id, id_)
    if isinstance(present, Rule):
        await repository.remove_rule(uow, (tenant_id, id_))
        await repository.set_state(uow, tenant_id, {"edition": state.edition + 1})
    return present


def _columns(wish: Wish) -> Mapping[str, object]:
    return {
        "query": wish.query, "matching": wish.matching.value, "pins": list(wish.pins), "hides": list(wish.hides),
        "starts_at": wish.starts_at, "ends_at": wish.ends_at, "active": wish.active,
    }  # fmt: skip


def _nowhere(id_: int) -> NotFound:
    return NotFound("rule", encode("srl", id_))


def _rule(row: MerchandisingRule) -> Rule:
    wish = Wish(row.query, Matching(row.matching), tuple(row.pins), tuple(row.hides), row.starts_at, row.ends_at, bool(row.active))
    return Rule(row.id, wish, row.version, row.updated_at)
