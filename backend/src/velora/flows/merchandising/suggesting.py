"""What somebody who types may mean: products, categories, and what others have searched and found."""

from collections.abc import Sequence
from typing import Final

from velora.flows.merchandising.arranging import effect_on, synonyms_of
from velora.flows.merchandising.knowing import wishes_of
from velora.modules.merchandising import service as merchandising
from velora.modules.merchandising.policy.queries import begun_by, is_denied
from velora.modules.merchandising.policy.words import compared
from velora.platform.house import House
from velora.platform.search import Suggestions

QUERIES: Final = 6
_LOOKED_AFTER_SECONDS: Final = 60.0

Popular = Sequence[tuple[str, str]]


async def suggested(house: House, tenant_id: int, text: str, *, currency: str, locale: str) -> Suggestions:
    """What the index suggests, without what a rule hides, and in `words` first what others searched. Raises SearchUnavailable."""
    wishes = await wishes_of(house, tenant_id)
    found = await house.search.suggest(
        tenant_id, text, currency=currency, locale=locale, facet="category", synonyms=synonyms_of(text, wishes)
    )
    hides = effect_on(text, wishes, house.clock.now()).hides
    queries = begun_by(text, await popular_of(house, tenant_id), wishes.denied, QUERIES)
    others = [words for words in found.words if not is_denied(words, wishes.denied)]
    once: dict[str, str] = {}
    for words in (*queries, *others):
        once.setdefault(compared(words), words)
    return Suggestions(tuple(hit for hit in found.hits if hit.id not in hides), found.facet_values, tuple(once.values())[:QUERIES])


async def popular_of(house: House, tenant_id: int) -> Popular:
    """What is searched and found here most, as this process read it within the last minute."""

    async def look(known: Popular) -> Popular:
        async with house.db.read(tenant_id) as uow:
            return await merchandising.popular(uow, tenant_id)

    return await house.followed.get(("popular queries", tenant_id), look, (), every=_LOOKED_AFTER_SECONDS)
