"""Each fault that the design names, alone and on purpose: what it does, and that the claims hold after it.

The seeds meet all of these by chance and in any mixture; here each has its test. COVERED names those that lie elsewhere, because they
need real servers, real processes, or are told best beside the code they doubt.
"""

import ast
import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from tests.simulation.gateway import OK
from tests.simulation.people import Purchase
from tests.simulation.run import Life, Outcome, Simulation
from velora.flows.checkout.pay import check_out
from velora.flows.payment_outcome.sweep import sweep_payments
from velora.flows.payout_run.run import resume_payouts
from velora.flows.release.release import release_due
from velora.kernel.ids import time_of
from velora.modules.catalog.events import PopularityChanged
from velora.platform.bus.relaying import lag
from velora.platform.db.errors import Duplicate, LateRefusal
from velora.platform.db.idempotency import InProgress

COVERED: Final = {
    "kill -9 at each point of a checkout": [
        "simulation/test_fault_matrix.py::test_killed_at_any_step_of_a_purchase_the_same_key_ends_in_one_order_and_one_charge",
        "chaos/test_crashes.py::test_every_acknowledged_order_survives_kills_and_is_paid_once",
        "flow/checkout/test_crashes.py::test_after_a_crash_before_the_gateway_was_asked_the_same_key_goes_on",
        "flow/checkout/test_crashes.py::test_after_a_crash_between_our_commit_and_the_reply_the_stored_answer_is_given",
    ],
    "kill between the gateway's success and our commit": [
        "flow/checkout/test_crashes.py::test_after_a_crash_between_the_charge_and_our_commit_the_same_key_goes_on",
        "flow/checkout/test_crashes.py::test_after_the_same_crash_the_sweeper_finishes_it_without_the_buyer",
    ],
    "gateway time-out before it received": [
        "flow/checkout/test_paying.py::test_a_request_that_never_arrived_is_closed_at_the_gateway",
        "flow/checkout/test_crashes.py::test_a_sweep_before_the_gateway_was_asked_closes_the_key_so_that_a_late_request_charges_nothing",
    ],
    "gateway time-out after it received": [
        "flow/checkout/test_paying.py::test_a_lost_reply_is_not_a_failure_and_the_sweeper_learns_the_truth",
        "flow/checkout/test_paying.py::test_a_retry_after_a_lost_reply_gets_the_answer",
    ],
    "gateway 500 kept under the key": [
        "simulation/test_fault_matrix.py::test_an_error_kept_under_the_key_is_no_failure",
        "flow/checkout/test_at_shipment.py::test_a_capture_that_is_answered_with_an_error_for_ever_is_settled_by_how_the_charge_stands",
    ],
    "50 identical requests at once": ["chaos/test_races.py::test_fifty_identical_requests_at_once_make_one_order_and_one_charge"],
    "same key, other body": [
        "flow/checkout/test_placing.py::test_a_key_that_comes_back_with_another_order_is_refused",
        "module/platform/test_idempotency.py::test_another_body_under_the_same_key_is_refused_and_the_answer_stays",
    ],
    "deadlock": ["module/test_deadlocks.py::test_two_that_lock_in_opposite_order_both_end_well"],
    "lock time-out": ["module/test_deadlocks.py::test_who_waits_too_long_for_a_lock_tries_again"],
    "connection lost during COMMIT": [
        "simulation/test_fault_matrix.py::test_a_commit_of_which_nothing_is_heard_is_neither_lost_nor_done_twice",
        "module/test_deadlocks.py::test_a_commit_that_the_server_never_got_is_said_and_leaves_nothing",
    ],
    "worker paused past its lease": [
        "simulation/test_fault_matrix.py::test_a_server_that_stands_still_past_its_lease_finds_the_work_done",
    ],
    "stale replica": [
        "flow/test_stale_reads.py::test_whoever_decides_by_what_stood_before_moves_nothing_again",
        "flow/test_stale_reads.py::test_a_parcel_is_sent_and_its_money_taken_once_however_the_order_was_read",
        "flow/test_stale_reads.py::test_an_order_that_was_seen_unpaid_is_cancelled_and_given_back_once",
        "flow/test_stale_reads.py::test_what_a_lagging_relay_tells_again_has_its_effect_once",
    ],
    "clock jump": [
        "simulation/test_fault_matrix.py::test_a_server_whose_clock_is_an_hour_ahead_charges_nothing_twice",
        "unit/kernel/test_ids.py::test_every_id_is_larger_than_the_one_before_however_the_clock_jumps",
    ],
    "node id clash": [
        "simulation/test_fault_matrix.py::test_two_servers_with_the_same_node_number_refuse_and_never_mix_orders",
        "module/platform/test_ddl.py::test_processes_that_start_together_lease_different_nodes",
    ],
    "disk full": ["simulation/test_fault_matrix.py::test_on_a_full_disk_nothing_is_half_done"],
    "the bus is down": [
        "simulation/test_fault_matrix.py::test_while_the_bus_is_down_orders_go_on_and_when_it_is_back_nothing_is_lost_or_told_twice",
        "contract/test_bus.py::test_who_is_away_is_told_in_order_when_it_is_back_and_nobody_else_waits",
    ],
    "relay delivers twice": ["simulation/test_fault_matrix.py::test_what_is_told_twice_has_its_effect_once"],
    "refund, release and payout of one order at once": [
        "flow/test_all_at_once.py::test_everything_at_once_leaves_the_books_clean",
        "property/test_money_machine.py::test_whatever_happens_in_whatever_order_the_ledger_holds_what_the_model_says",
    ],
    "payout unknown": ["simulation/test_fault_matrix.py::test_a_payout_of_which_nothing_is_heard_is_sent_once"],
    "payout failed after paid": ["flow/payouts/test_payout_run.py::test_the_banks_word_counts_once_and_unknown_is_not_failed"],
    "webhook repeated, reordered, earlier than the reply, lost": [
        "simulation/test_fault_matrix.py::test_notices_that_come_twice_late_early_or_never_settle_once",
    ],
    "webhook forged": ["flow/gateway_notices/test_notices.py::test_what_was_not_signed_just_now_does_nothing_and_leaves_nothing"],
    "webhook stale": ["flow/gateway_notices/test_notices.py::test_what_was_not_signed_just_now_does_nothing_and_leaves_nothing"],
    "gateway key expired": ["contract/test_stripe.py::test_a_day_later_when_stripe_has_forgotten_the_key_nothing_is_charged_again"],
    "a DBA drops a partition (verify names the block)": ["chaos/test_tampering.py::test_a_month_that_is_gone_is_found_with_its_blocks"],
    "sealer dies": ["flow/bookkeeping/test_seal.py::test_a_sealer_that_died_between_its_steps_is_followed_by_the_next"],
    "two sealers": ["flow/bookkeeping/test_seal.py::test_two_who_seal_at_once_leave_one_chain"],
    "an old backup restored": ["flow/bookkeeping/test_seal.py::test_an_old_backup_that_was_restored_is_told_from_the_books_of_today"],
    "a DBA edits or deletes": [
        "chaos/test_tampering.py::test_a_hundred_tamperings_are_found_each_with_its_block",
        "module/ledger/test_verify.py::test_every_kind_of_tampering_breaks_the_invariants_that_watch_it",
        "module/platform/test_ddl.py::test_an_append_only_row_can_be_neither_changed_nor_removed_nor_replaced",
    ],
    "two schema versions at once": [
        "contract/test_migrations.py::test_processes_of_each_release_can_go_on_writing_while_the_next_one_starts",
    ],
    "month rollover": [
        "module/platform/test_ddl.py::test_months_are_made_ahead_behind_and_in_between",
        "module/platform/test_ddl.py::test_a_row_lies_in_its_month_and_one_of_no_month_is_counted",
    ],
}


def test_every_row_that_is_covered_elsewhere_is_there():
    here = Path(__file__).parents[1]
    named = [one.split("::") for tests in COVERED.values() for one in tests]
    pages = {page: ast.parse((here / page).read_text()) for page in {page for page, _ in named}}
    there = {
        page: {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        for page, tree in pages.items()
    }
    assert [f"{page}::{name}" for page, name in named if name not in there[page]] == []


# --------------------------------------------------------------------------------------------------- a word for each story


def holds(outcome: Outcome) -> None:
    assert not outcome.broken, outcome.report


def a_purchase(life: Life, number: int = 0) -> Purchase:
    """Somebody wants the cheapest thing in town."""
    purchase = Purchase(number, min(life.evidence.town.baskets, key=lambda basket: basket.total_minor), OK)
    life.people.purchases.append(purchase)
    return purchase


async def asks(life: Life, purchase: Purchase, server: int = 0) -> int | str:
    """The status of the answer, or the name of what came instead of one."""
    try:
        answer = await life.servers[server].ask(purchase.key, lambda house: check_out(house, purchase.draft(house)))
    except Exception as error:
        return type(error).__name__
    purchase.heard(answer)
    purchase.answered |= answer.code == 201
    return answer.code


def charges(life: Life) -> int:
    return sum(charge.state == "captured" for charge in life.company.charges.values())


# ------------------------------------------------------------------------------------------------------------ the stories


def test_killed_at_any_step_of_a_purchase_the_same_key_ends_in_one_order_and_one_charge(simulation: Simulation):
    deaths: list[bool] = []
    for fatal in range(1, 40):

        async def story(life: Life, fatal: int = fatal) -> None:
            life.world.fatal_step = life.world.steps + fatal
            purchase = a_purchase(life)
            deaths.append(await asks(life, purchase) == "CutOff")
            life.world.fatal_step = 0
            await asyncio.sleep(60)
            assert [await asks(life, purchase), charges(life)] == [201, 1]

        holds(simulation.play(story))
        if not deaths[-1]:  # every step has been fatal once
            break
    assert deaths == [True] * 6 + [False]  # before and after each commit, and at each end of the line to the gateway


def test_an_error_kept_under_the_key_is_no_failure(simulation: Simulation):
    async def story(life: Life) -> None:
        life.world.temper.error_kept = 1.0
        purchase = a_purchase(life)
        assert [await asks(life, purchase), await asks(life, purchase)] == [202, 202]
        await asyncio.sleep(10)
        await life.does(life.workers[0], sweep_payments)
        assert [await asks(life, purchase), charges(life)] == [201, 1]

    holds(simulation.play(story))


@pytest.mark.parametrize("lost", ["the order", "the payment"])
def test_a_commit_of_which_nothing_is_heard_is_neither_lost_nor_done_twice(simulation: Simulation, lost: str):
    async def story(life: Life) -> None:
        def from_now_on(notice: object = None) -> None:
            life.world.temper.commit_lost = 1.0

        purchase = a_purchase(life)
        if lost == "the order":
            from_now_on()
        else:
            life.company.tell = from_now_on
        assert await asks(life, purchase) == "Unavailable"
        life.world.temper.commit_lost = 0.0
        await asyncio.sleep(31)
        assert [await asks(life, purchase), charges(life)] == [201, 1]

    holds(simulation.play(story))


def test_a_server_that_stands_still_past_its_lease_finds_the_work_done(simulation: Simulation):
    async def story(life: Life) -> None:
        purchase = a_purchase(life)
        life.company.tell = lambda notice: life.servers[0].stand_still(40)
        late = life.world.loop.create_task(asks(life, purchase, server=0))
        await asyncio.sleep(5)
        assert await asks(life, purchase, server=1) == InProgress.__name__
        await asyncio.sleep(28)
        assert await asks(life, purchase, server=1) == 201
        assert [await late, charges(life)] == [201, 1]

    holds(simulation.play(story))


def test_a_server_whose_clock_is_an_hour_ahead_charges_nothing_twice(simulation: Simulation):
    async def story(life: Life) -> None:
        purchase = a_purchase(life)
        life.servers[1].skew = life.workers[0].skew = life.servers[1].skew.resolution * 3_600_000_000
        both = asyncio.gather(asks(life, purchase, server=0), asks(life, purchase, server=1))
        await asyncio.sleep(0.05)
        await life.does(life.workers[0], sweep_payments)
        assert set(await both) <= {201, "InProgress", "Declined"}
        purchase.declined = not purchase.answered
        assert charges(life) == (0 if purchase.declined else 1)

    holds(simulation.play(story))


def test_two_servers_with_the_same_node_number_refuse_and_never_mix_orders(simulation: Simulation):
    async def story(life: Life) -> None:
        one, other = life.servers
        for server in (one, other):
            server.stop()
        other._node = one._node
        for server in (one, other):
            server.start()
        purchases = [a_purchase(life, number) for number in range(2)]
        told = await asyncio.gather(*(asks(life, purchase, server) for server, purchase in enumerate(purchases)))
        assert 201 in told
        assert set(told) <= {201, Duplicate.__name__, LateRefusal.__name__}
        await asyncio.sleep(1)
        assert [await asks(life, purchase) for purchase in purchases] == [201, 201]
        assert charges(life) == 2

    holds(simulation.play(story))


def test_on_a_full_disk_nothing_is_half_done(simulation: Simulation):
    async def story(life: Life) -> None:
        purchase = a_purchase(life)
        life.world.temper.disk_full = 1.0
        assert await asks(life, purchase) == "OperationalError"
        assert life.world.rows("SELECT (SELECT COUNT(*) FROM orders), (SELECT SUM(reserved) FROM stock_level)") == [(0, 0)]
        life.world.temper.disk_full = 0.0
        assert [await asks(life, purchase), charges(life)] == [201, 1]

    holds(simulation.play(story))


def test_what_is_told_twice_has_its_effect_once(simulation: Simulation):
    async def story(life: Life) -> None:
        assert await asks(life, a_purchase(life)) == 201
        life.world.temper.told_again = 1.0
        for _ in range(3):
            await life.does(life.workers[0], life.relay)
        assert life.world.rows("SELECT COUNT(*) FROM notification_mail WHERE template = 'order_confirmed'") == [(1,)]
        assert life.world.rows("SELECT SUM(sold) FROM catalog_listing") == [(1,)]

    holds(simulation.play(story))


def test_while_the_bus_is_down_orders_go_on_and_when_it_is_back_nothing_is_lost_or_told_twice(simulation: Simulation):
    async def story(life: Life) -> None:
        while await life.does(life.workers[0], life.relay):
            pass
        of_each = "SELECT template, COUNT(*) FROM notification_mail GROUP BY template"
        letters = dict(life.world.rows(of_each))
        before, told = life.evidence.rows("SELECT MAX(id) FROM outbox_event")[0][0], len(life.told)
        life.world.temper.bus_away = 1.0
        for number in range(2):
            assert await asks(life, a_purchase(life, number), server=number) == 201
            assert await life.does(life.workers[0], life.relay) == 0
            await asyncio.sleep(3600)
        for tenant_id, part_id in life.world.rows("SELECT tenant_id, id FROM seller_order"):
            await life.people.ships(tenant_id, part_id)
            await life.people.delivers(tenant_id, part_id)
        happened = life.world.rows("SELECT type, aggregate_id FROM outbox_event WHERE id > ? ORDER BY id", before)
        count, oldest = await life.workers[0].ask("say how far the relay is", lambda house: lag(house.db))
        assert count == len(happened) == len(life.world.rows("SELECT 1 FROM outbox_event WHERE relayed = 0"))
        assert oldest is not None
        assert life.world.now - time_of(oldest) > timedelta(hours=1)
        assert (life.told[told:], dict(life.world.rows(of_each))) == ([], letters)
        life.world.temper.bus_away = 0.0
        assert await life.does(life.workers[1], life.relay) == count + 1
        followed = life.world.rows("SELECT type, aggregate_id FROM outbox_event WHERE id > ? ORDER BY id", before)[len(happened) :]
        assert [type_ for type_, _ in followed] == [PopularityChanged.type]  # counting both sales told it
        again = life.told[told:]
        assert sorted(again) == sorted([*happened, *followed])
        for one in {aggregate for _, aggregate in happened}:
            assert [type_ for type_, about in again if about == one] == [type_ for type_, about in happened if about == one]
        assert dict(life.world.rows(of_each)) == letters | dict.fromkeys(("order_confirmed", "order_shipped", "order_delivered"), 2)
        assert life.world.rows("SELECT SUM(sold) FROM catalog_listing") == [(2,)]

    holds(simulation.play(story))


def test_a_payout_of_which_nothing_is_heard_is_sent_once(simulation: Simulation):
    async def story(life: Life) -> None:
        purchase = a_purchase(life)
        assert await asks(life, purchase) == 201
        ((tenant_id, part_id),) = life.world.rows("SELECT tenant_id, id FROM seller_order")
        await life.people.ships(tenant_id, part_id)
        await life.people.has_everything(tenant_id, part_id)
        await life.does(life.workers[0], release_due)
        life.world.temper.reply_lost = 1.0
        await life.people.pays_out(tenant_id)
        assert life.world.rows("SELECT state FROM payout") == [("unknown",)]
        await life.does(life.workers[0], resume_payouts)
        life.world.temper.reply_lost = 0.0
        await life.does(life.workers[0], resume_payouts)
        assert life.world.rows("SELECT state FROM payout") == [("paid",)]
        assert len(life.bank.sent) == 1

    holds(simulation.play(story))


@pytest.mark.parametrize("line", ["notice_twice", "notice_late", "notice_lost", "reply_lost"])
def test_notices_that_come_twice_late_early_or_never_settle_once(simulation: Simulation, line: str):
    async def story(life: Life) -> None:
        purchase = a_purchase(life)

        setattr(life.world.temper, line, 1.0)
        first = await asks(life, purchase)
        life.world.temper.reply_lost = 0.0
        await asyncio.sleep(400)
        assert first == (202 if line == "reply_lost" else 201)
        assert [await asks(life, purchase), charges(life)] == [201, 1]

    holds(simulation.play(story))
