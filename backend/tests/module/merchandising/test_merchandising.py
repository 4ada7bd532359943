"""Synonyms, rules, denied words and counted queries as they are kept."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

from velora.kernel.clock import ManualClock
from velora.kernel.errors import NotFound
from velora.modules.merchandising import service as merchandising
from velora.modules.merchandising.errors import ChangedMeanwhile, SetTaken, TooManyRules, TooManySets
from velora.modules.merchandising.policy import rules as rule_policy
from velora.modules.merchandising.policy import synonyms as synonym_policy
from velora.modules.merchandising.policy.rules import Matching, Wish, effect
from velora.modules.merchandising.policy.synonyms import SynonymSet
from velora.modules.merchandising.policy.words import compared_words
from velora.modules.merchandising.service import Counted, Denied, Frequent, Rule, Seen, Synonyms, Wishes
from velora.platform.db import Database, UnitOfWork

HERE, THERE = 71_001, 71_002
SOFA, TV = SynonymSet(("sofa", "couch")), SynonymSet(("tv",), ("television",))
LAMP = Wish("lamp", Matching.EXACT, (2, 1), (3,))

AtTenant = Callable[[int], AbstractAsyncContextManager[UnitOfWork]]


async def test_a_marketplace_that_has_said_nothing_wishes_nothing(tenant_uow: AtTenant):
    async with tenant_uow(HERE) as uow:
        assert await merchandising.edition(uow, HERE) == Wishes().edition
        wishes = await merchandising.wishes(uow, HERE)
        assert (wishes.thesaurus.meant_by(("sofa",)), wishes.denied) == ((), ())
        assert await merchandising.denied(uow, HERE) == Denied((), 1)


async def test_every_change_makes_the_next_edition_and_wishes_have_it(tenant_uow: AtTenant):
    async with tenant_uow(HERE) as uow:
        editions = [await merchandising.edition(uow, HERE)]
        [sofa] = await merchandising.add_synonyms(uow, HERE, [SOFA])
        assert isinstance(sofa, Synonyms)
        editions.append(await merchandising.edition(uow, HERE))
        assert await merchandising.change_synonyms(uow, HERE, sofa.id, TV, 1) == Synonyms(sofa.id, TV, 2, uow.now)
        editions.append(await merchandising.edition(uow, HERE))
        lamp = await merchandising.add_rule(uow, HERE, LAMP)
        assert isinstance(lamp, Rule)
        editions.append(await merchandising.edition(uow, HERE))
        assert await merchandising.deny(uow, HERE, ["Fake"], 1) == Denied(("Fake",), 2)
        editions.append(await merchandising.edition(uow, HERE))
        wishes = await merchandising.wishes(uow, HERE)
        assert wishes.edition == editions[-1]
        assert wishes.thesaurus.meant_by(("tv",)) == (TV,)
        assert effect(wishes.book.meant_by(compared_words("LAMP"), uow.now)).pins == (2, 1)
        assert wishes.denied == (("fake",),)
        await merchandising.remove_synonyms(uow, HERE, sofa.id)
        editions.append(await merchandising.edition(uow, HERE))
        await merchandising.remove_rule(uow, HERE, lamp.id)
        editions.append(await merchandising.edition(uow, HERE))
        assert editions == sorted(set(editions))
        assert await merchandising.synonyms(uow, HERE) == await merchandising.rules(uow, HERE) == []


async def test_what_was_changed_meanwhile_is_not_overwritten(tenant_uow: AtTenant):
    async with tenant_uow(HERE) as uow:
        [sofa, tv] = await merchandising.add_synonyms(uow, HERE, [SOFA, TV])
        lamp = await merchandising.add_rule(uow, HERE, LAMP)
        assert isinstance(sofa, Synonyms)
        assert isinstance(tv, Synonyms)
        assert isinstance(lamp, Rule)
        assert await merchandising.change_synonyms(uow, HERE, sofa.id, SynonymSet(("a", "b")), 2) == ChangedMeanwhile()
        assert await merchandising.change_rule(uow, HERE, lamp.id, LAMP, 7) == ChangedMeanwhile()
        assert await merchandising.deny(uow, HERE, ["x"], 2) == ChangedMeanwhile()
        assert await merchandising.synonyms(uow, HERE) == [sofa, tv]
        assert await merchandising.rule(uow, HERE, lamp.id) == lamp


async def test_of_two_sets_that_say_the_same_there_is_one(tenant_uow: AtTenant):
    async with tenant_uow(HERE) as uow:
        first, again, other = await merchandising.add_synonyms(uow, HERE, [SOFA, SynonymSet(("COUCH", "Sofa")), TV])
        assert isinstance(first, Synonyms)
        assert again == SetTaken("COUCH, Sofa")
        assert isinstance(other, Synonyms)
        assert await merchandising.change_synonyms(uow, HERE, other.id, SOFA, 1) == SetTaken("sofa, couch")
        same = SynonymSet(("couch", "sofa"))
        assert await merchandising.change_synonyms(uow, HERE, first.id, same, 1) == Synonyms(first.id, same, 2, uow.now)


async def test_no_more_are_kept_than_the_limits_say(tenant_uow: AtTenant):
    most = synonym_policy.MOST_SETS
    async with tenant_uow(HERE) as uow:
        outcomes = await merchandising.add_synonyms(uow, HERE, [SynonymSet((f"a{number}", f"b{number}")) for number in range(most + 2)])
        assert [one for one in outcomes if not isinstance(one, Synonyms)] == [TooManySets(most)] * 2
        assert len(await merchandising.synonyms(uow, HERE)) == most
        for number in range(rule_policy.MOST_RULES):
            assert isinstance(await merchandising.add_rule(uow, HERE, Wish(f"q{number}", Matching.EXACT, (1,), ())), Rule)
        assert await merchandising.add_rule(uow, HERE, LAMP) == TooManyRules(rule_policy.MOST_RULES)


async def test_another_marketplace_sees_and_changes_nothing_of_it(db: Database):
    async with db.begin(None) as uow:
        here, there = uow.new_id(), uow.new_id()
    async with db.begin(here) as uow:
        [sofa] = await merchandising.add_synonyms(uow, here, [SOFA])
        lamp = await merchandising.add_rule(uow, here, LAMP)
        assert isinstance(sofa, Synonyms)
        assert isinstance(lamp, Rule)
    async with db.begin(there) as uow:
        assert await merchandising.edition(uow, there) == 0
        assert await merchandising.synonyms(uow, there) == await merchandising.rules(uow, there) == []
        assert isinstance(await merchandising.change_rule(uow, there, lamp.id, LAMP, 1), NotFound)
        assert isinstance(await merchandising.remove_rule(uow, there, lamp.id), NotFound)
        assert isinstance(await merchandising.change_synonyms(uow, there, sofa.id, TV, 1), NotFound)
        assert isinstance(await merchandising.remove_synonyms(uow, there, sofa.id), NotFound)
    async with db.read(here) as uow:
        assert await merchandising.synonyms(uow, here) == [sofa]
        assert await merchandising.rules(uow, here) == [lamp]


async def test_counted_queries_add_up_by_day_and_are_shown_from_three_on(db: Database, clock: ManualClock):
    async with db.begin(None) as uow:
        here, there = uow.new_id(), uow.new_id()
    for day, found in (("2026-11-14", 1), ("2026-11-16", 1), ("2026-11-16", 1)):
        async with db.begin(None) as uow:
            counts = {
                (here, day, "creme brulee"): Counted("crème brûlée", found, 0),
                (here, day, "xylophone"): Counted("xylophone", 0, 5),
                (here, "2026-11-16", "rug"): Counted("rug", 4, 1),
                (there, day, "other"): Counted("other", 9, 9),
            }
            await merchandising.count(uow, counts)
    async with db.read(here) as uow:
        assert await merchandising.popular(uow, here) == [("rug", "rug"), ("creme brulee", "crème brûlée")]
        found = await merchandising.most_frequent(uow, here, Seen.FOUND, days=30, limit=10)
        assert found == [Frequent("rug", "rug", 12, 3), Frequent("creme brulee", "crème brûlée", 3, 0)]
        missed = await merchandising.most_frequent(uow, here, Seen.MISSED, days=1, limit=10)
        assert missed == [Frequent("xylophone", "xylophone", 0, 10), Frequent("rug", "rug", 12, 3)]


async def test_what_was_searched_ninety_days_ago_is_forgotten(fresh_db: Database, clock: ManualClock):
    async with fresh_db.begin(None) as uow:
        counts = {(HERE, day, "lamp"): Counted("lamp", 3, 0) for day in ("2026-08-17", "2026-08-18", "2026-11-16")}
        await merchandising.count(uow, counts)
    async with fresh_db.begin(None) as uow:
        assert await merchandising.forget_old(uow) == 1
        assert await merchandising.forget_old(uow) == 0
    clock.advance(timedelta(days=90))
    async with fresh_db.begin(None) as uow:
        assert await merchandising.popular(uow, HERE) == [("lamp", "lamp")]
        assert await merchandising.forget_old(uow) == 1
    clock.advance(timedelta(days=1))
    async with fresh_db.begin(None) as uow:
        assert await merchandising.forget_old(uow) == 1
        assert await merchandising.popular(uow, HERE) == []
