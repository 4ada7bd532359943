"""All that a marketplace wants its search to know, as of one edition; and which words are never suggested."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from velora.modules.merchandising import repository
from velora.modules.merchandising.errors import ChangedMeanwhile
from velora.modules.merchandising.policy.rules import Book
from velora.modules.merchandising.policy.synonyms import Thesaurus
from velora.modules.merchandising.policy.words import compared_words
from velora.modules.merchandising.service.rules import rules
from velora.modules.merchandising.service.synonyms import synonyms
from velora.platform.db import UnitOfWork


@dataclass(frozen=True)
class Wishes:
    """What the search of one marketplace is to know; `denied` are compared words."""

    edition: int = 0
    thesaurus: Thesaurus = field(default_factory=Thesaurus)
    book: Book = field(default_factory=Book)
    denied: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Denied:
    words: tuple[str, ...]
    version: int


async def edition(uow: UnitOfWork, tenant_id: int) -> int:
    """Grows with every change; equal to that of `wishes` while they are all there is to know."""
    return await repository.edition(uow, tenant_id) or 0


async def wishes(uow: UnitOfWork, tenant_id: int) -> Wishes:
    """All of it. The edition is read first: what changes meanwhile makes the next one, and is read again."""
    state = await repository.state(uow, tenant_id)
    if state is None:
        return Wishes()
    thesaurus = Thesaurus(one.set for one in await synonyms(uow, tenant_id))
    book = Book(one.wish for one in await rules(uow, tenant_id))
    return Wishes(state.edition, thesaurus, book, tuple(map(compared_words, state.denied)))


async def denied(uow: UnitOfWork, tenant_id: int) -> Denied:
    """The words that are never suggested."""
    state = await repository.state(uow, tenant_id)
    return Denied(tuple(state.denied), state.denied_version) if state else Denied((), 1)


async def deny(uow: UnitOfWork, tenant_id: int, words: Sequence[str], version: int) -> Denied | ChangedMeanwhile:
    """These words, and no others, are never suggested from now on."""
    state = await repository.lock_state(uow, tenant_id)
    if state.denied_version != version:
        return ChangedMeanwhile()
    values = {"denied": list(words), "denied_version": version + 1, "edition": state.edition + 1}
    await repository.set_state(uow, tenant_id, values)
    return Denied(tuple(words), version + 1)
