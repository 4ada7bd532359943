"""What a marketplace's search is to know is changed by its administrators, on record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from velora.kernel.errors import Invalid, Refusal
from velora.kernel.ids import encode
from velora.kernel.principal import Principal
from velora.modules.audit import service as audit
from velora.modules.catalog.service import ListingFacts, ListingKey, listing_facts
from velora.modules.merchandising import service as merchandising
from velora.modules.merchandising.errors import SetTaken
from velora.modules.merchandising.policy import queries, rules, synonyms
from velora.modules.merchandising.policy.rules import Wish
from velora.modules.merchandising.policy.synonyms import SynonymSet, Wrong, line_of
from velora.modules.merchandising.service import Denied, Rule, Synonyms
from velora.platform.db import UnitOfWork

T = TypeVar("T")


@dataclass(frozen=True)
class Hand:
    """Who acts at which marketplace, and from where."""

    tenant_id: int
    by: Principal
    address: str


@dataclass(frozen=True)
class Imported:
    """What came of a text: sets that are new, how many were there already, and the lines that were not taken."""

    added: tuple[Synonyms, ...]
    there_already: int
    wrong: tuple[Wrong, ...]


async def add_synonyms(uow: UnitOfWork, hand: Hand, one: SynonymSet) -> Synonyms | Refusal:
    """The set holds from now on."""
    if refusal := synonyms.check(one):
        return refusal
    [added] = await merchandising.add_synonyms(uow, hand.tenant_id, [one])
    return await _recorded(uow, hand, "merchandising.synonyms_added", added)


async def change_synonyms(uow: UnitOfWork, hand: Hand, id_: int, one: SynonymSet, version: int) -> Synonyms | Refusal:
    """The set says this from now on."""
    there = await merchandising.synonym_set(uow, hand.tenant_id, id_)
    if isinstance(there, Refusal):
        return there
    if refusal := synonyms.check(one):
        return refusal
    changed = await merchandising.change_synonyms(uow, hand.tenant_id, id_, one, version)
    return await _recorded(uow, hand, "merchandising.synonyms_changed", changed)


async def remove_synonyms(uow: UnitOfWork, hand: Hand, id_: int) -> Synonyms | Refusal:
    """It is gone."""
    removed = await merchandising.remove_synonyms(uow, hand.tenant_id, id_)
    return await _recorded(uow, hand, "merchandising.synonyms_removed", removed)


async def import_synonyms(uow: UnitOfWork, hand: Hand, text: str) -> Imported:
    """Every line that says a set is in, unless the same was there; the others come back with what is wrong. Nothing is removed."""
    said, wrong = synonyms.parse(text)
    outcomes = await merchandising.add_synonyms(uow, hand.tenant_id, [one for _, one in said])
    lines = text.removeprefix("\ufeff").splitlines()
    refused = [
        Wrong(line, lines[line - 1], outcome.detail())
        for (line, _), outcome in zip(said, outcomes, strict=True)
        if isinstance(outcome, Refusal) and not isinstance(outcome, SetTaken)
    ]
    added = tuple(one for one in outcomes if isinstance(one, Synonyms))
    if added:
        await _note(uow, hand, "merchandising.synonyms_imported", encode("ten", hand.tenant_id), {"sets": len(added)})
    there = sum(isinstance(one, SetTaken) for one in outcomes)
    return Imported(added, there, tuple(sorted([*wrong, *refused], key=lambda one: one.line)))


async def add_rule(uow: UnitOfWork, hand: Hand, wish: Wish) -> Rule | Refusal:
    """The rule holds when it says."""
    if refusal := await _refuse(uow, hand, wish):
        return refusal
    return await _recorded(uow, hand, "merchandising.rule_added", await merchandising.add_rule(uow, hand.tenant_id, wish))


async def change_rule(uow: UnitOfWork, hand: Hand, id_: int, wish: Wish, version: int) -> Rule | Refusal:
    """The rule says this from now on."""
    there = await merchandising.rule(uow, hand.tenant_id, id_)
    if isinstance(there, Refusal):
        return there
    if refusal := await _refuse(uow, hand, wish):
        return refusal
    changed = await merchandising.change_rule(uow, hand.tenant_id, id_, wish, version)
    return await _recorded(uow, hand, "merchandising.rule_changed", changed)


async def remove_rule(uow: UnitOfWork, hand: Hand, id_: int) -> Rule | Refusal:
    """It is gone."""
    return await _recorded(uow, hand, "merchandising.rule_removed", await merchandising.remove_rule(uow, hand.tenant_id, id_))


async def deny(uow: UnitOfWork, hand: Hand, words: Sequence[str], version: int) -> Denied | Refusal:
    """These words are never suggested from now on, and no others."""
    tidy = tuple(dict.fromkeys(" ".join(word.split()) for word in words))
    if refusal := queries.check_denied(tidy):
        return refusal
    outcome = await merchandising.deny(uow, hand.tenant_id, tidy, version)
    if not isinstance(outcome, Refusal):
        await _note(uow, hand, "merchandising.words_denied", encode("ten", hand.tenant_id), {"words": len(tidy)})
    return outcome


async def listings_of(uow: UnitOfWork, tenant_id: int, wish: Wish) -> dict[int, ListingFacts]:
    """What the rule names, by id, on sale or not."""
    found = await listing_facts(uow, [ListingKey(tenant_id, id_) for id_ in (*wish.pins, *wish.hides)])
    return {key.listing_id: facts for key, facts in found.items()}


async def _refuse(uow: UnitOfWork, hand: Hand, wish: Wish) -> Invalid | None:
    """Why this can be no rule here: it names what is not listed in this marketplace, for example."""
    if refusal := rules.check(wish):
        return refusal
    known = await listings_of(uow, hand.tenant_id, wish)
    for field, listings in (("pins", wish.pins), ("hides", wish.hides)):
        for place, one in enumerate(listings):
            if one not in known:
                return Invalid(f"/{field}/{place}", "This product is not listed in this marketplace. Take it out, or choose another.")
    return None


async def _recorded(uow: UnitOfWork, hand: Hand, action: str, outcome: T | Refusal) -> T | Refusal:
    match outcome:
        case Synonyms():
            await _note(uow, hand, action, outcome.ref, {"synonyms": line_of(outcome.set)})
        case Rule():
            wish = outcome.wish
            says = {"query": wish.query, "matching": wish.matching.value, "pins": len(wish.pins), "hides": len(wish.hides)}
            await _note(uow, hand, action, outcome.ref, {**says, "active": wish.active})
        case _:
            pass
    return outcome


async def _note(uow: UnitOfWork, hand: Hand, action: str, ref: str, detail: Mapping[str, object]) -> None:
    await audit.record(uow, [audit.Entry(hand.tenant_id, hand.by.actor_ref, action, ref, detail, hand.address)])
