"""A query as the marketplace wants it answered."""

from dataclasses import replace
from datetime import datetime

from velora.modules.merchandising.policy.rules import Effect, effect
from velora.modules.merchandising.policy.words import compared_words
from velora.modules.merchandising.service import Wishes
from velora.platform.search import Query, Sort, Synonyms


def arranged(query: Query, wishes: Wishes, now: datetime) -> Query:
    """The query with its synonyms and with what the rules for its words say.

    Who asks for another order than the best first gets it: pins do not stand in it.
    """
    done = effect_on(query.text, wishes, now)
    return replace(
        query, synonyms=synonyms_of(query.text, wishes), pins=done.pins if query.sort is Sort.RELEVANCE else (), hides=done.hides
    )


def effect_on(text: str, wishes: Wishes, now: datetime) -> Effect:
    """What the rules that hold now do to these words."""
    return effect(wishes.book.meant_by(compared_words(text), now))


def synonyms_of(text: str, wishes: Wishes) -> tuple[Synonyms, ...]:
    """The sets that have a word, or words, of this text."""
    return tuple(Synonyms(one.words, one.to) for one in wishes.thesaurus.meant_by(compared_words(text)))
