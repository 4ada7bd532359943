"""A search with a rule and without it, side by side, as visitors would see both now."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from velora.flows.merchandising.arranging import arranged, effect_on
from velora.modules.merchandising import service as merchandising
from velora.modules.merchandising.policy.rules import Book, Wish
from velora.modules.merchandising.service import Wishes
from velora.platform.house import House
from velora.platform.search import Found, Hit, Query

SHOWN: Final = 12  # on each side


class Why(StrEnum):
    """Why a product stands where it does, as far as rules go."""

    PINNED = "pinned"
    HIDDEN = "hidden"
    RANKED = "ranked"


@dataclass(frozen=True)
class Side:
    """What would be found; each card with why it stands there. On the side without the rule, `HIDDEN` is what the rule would take away."""

    total: int
    cards: tuple[tuple[Any, Why], ...]


async def preview(house: House, tenant_id: int, query: Query, draft: Wish | None, besides: int | None) -> tuple[Side, Side]:
    """Without the rule and with it, as if it held now; both obey the marketplace's other rules. `besides` is the rule as it was saved.

    Raises SearchUnavailable.
    """
    async with house.db.read(tenant_id) as uow:
        saved = await merchandising.wishes(uow, tenant_id)
        others = [one.wish for one in await merchandising.rules(uow, tenant_id) if one.id != besides]
    drafted = [] if draft is None else [replace(draft, starts_at=None, ends_at=None, active=True)]
    before = replace(saved, book=Book(others))
    after = replace(saved, book=Book([*others, *drafted]))
    now = house.clock.now()
    asked = replace(query, limit=SHOWN, facets=())
    without = await house.search.search(tenant_id, arranged(asked, before, now))
    with_ = await house.search.search(tenant_id, arranged(asked, after, now))
    taken = effect_on(query.text, after, now).hides
    return _side(without, query, before, house, taken), _side(with_, query, after, house, taken)


def _side(found: Found, query: Query, wishes: Wishes, house: House, taken: frozenset[int]) -> Side:
    pins = effect_on(query.text, wishes, house.clock.now()).pins

    def why(hit: Hit) -> Why:
        return Why.HIDDEN if hit.id in taken else Why.PINNED if hit.id in pins else Why.RANKED

    return Side(found.total, tuple((hit.card[query.currency], why(hit)) for hit in found.hits))
