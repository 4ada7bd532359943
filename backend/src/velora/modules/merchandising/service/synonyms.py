"""Sets of synonyms. Of two that say the same there is one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from velora.kernel.errors import NotFound, Refusal
from velora.kernel.ids import encode
from velora.modules.merchandising import repository
from velora.modules.merchandising.errors import ChangedMeanwhile, SetTaken, TooManySets
from velora.modules.merchandising.models import MerchandisingSynonyms
from velora.modules.merchandising.policy.synonyms import MOST_SETS, SynonymSet, line_of
from velora.platform.db import UnitOfWork


@dataclass(frozen=True)
class Synonyms:
    """A set as the marketplace keeps it."""

    id: int
    set: SynonymSet
    version: int
    updated_at: datetime

    @property
    def ref(self) -> str:
        return encode("syn", self.id)


async def synonyms(uow: UnitOfWork, tenant_id: int) -> list[Synonyms]:
    """All sets, the oldest first."""
    return [_synonyms(row) for row in await repository.all_synonyms(uow, tenant_id)]


async def synonym_set(uow: UnitOfWork, tenant_id: int, id_: int) -> Synonyms | NotFound:
    row = await repository.synonym_set(uow, (tenant_id, id_))
    return _synonyms(row) if row else _nowhere(id_)


async def add_synonyms(uow: UnitOfWork, tenant_id: int, sets: Sequence[SynonymSet]) -> list[Synonyms | Refusal]:
    """Each set is there; or the same was there already, or there is no room for it. In the order of `sets`."""
    state = await repository.lock_state(uow, tenant_id)
    senses = {one.set.sense for one in await synonyms(uow, tenant_id)}
    outcomes: list[Synonyms | Refusal] = []
    for one in sets:
        if one.sense in senses:
            outcomes.append(SetTaken(line_of(one)))
        elif len(senses) >= MOST_SETS:
            outcomes.append(TooManySets(MOST_SETS))
        else:
            senses.add(one.sense)
            outcomes.append(Synonyms(uow.new_id(), one, 1, uow.now))
    added = [one for one in outcomes if isinstance(one, Synonyms)]
    await repository.add_synonyms(
        uow,
        [
            {"tenant_id": tenant_id, "id": one.id, **_columns(one.set), "version": one.version, "updated_at": one.updated_at}
            for one in added
        ],
    )
    await repository.set_state(uow, tenant_id, {"edition": state.edition + len(added)})
    return outcomes


async def change_synonyms(uow: UnitOfWork, tenant_id: int, id_: int, wanted: SynonymSet, version: int) -> Synonyms | Refusal:
    """The set says this, unless somebody else has changed it meanwhile or another says the same."""
    state = await repository.lock_state(uow, tenant_id)
    there = {one.id: one for one in await synonyms(uow, tenant_id)}
    present = there.pop(id_, None)
    if present is None:
        return _nowhere(id_)
    if present.version != version:
        return ChangedMeanwhile()
    if any(one.set.sense == wanted.sense for one in there.values()):
        return SetTaken(line_of(wanted))
    values = {**_columns(wanted), "version": version + 1, "updated_at": uow.now}
    await repository.set_synonyms(uow, (tenant_id, id_), values)
    await repository.set_state(uow, tenant_id, {"edition": state.edition + 1})
    return Synonyms(id_, wanted, version + 1, uow.now)


async def remove_synonyms(uow: UnitOfWork, tenant_id: int, id_: int) -> Synonyms | NotFound:
    """Its words mean only themselves again."""
    state = await repository.lock_state(uow, tenant_id)
    present = await synonym_set(uow, tenant_id, id_)
    if isinstance(present, Synonyms):
        await repository.remove_synonyms(uow, (tenant_id, id_))
        await repository.set_state(uow, tenant_id, {"edition": state.edition + 1})
    return present


def _columns(one: SynonymSet) -> dict[str, object]:
    return {"words": list(one.words), "also": list(one.to)}


def _nowhere(id_: int) -> NotFound:
    return NotFound("set of synonyms", encode("syn", id_))


def _synonyms(row: MerchandisingSynonyms) -> Synonyms:
    return Synonyms(row.id, SynonymSet(tuple(row.words), tuple(row.also)), row.version, row.updated_at)
