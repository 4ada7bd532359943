"""Ids are in the order of time, never twice, and read back as they were written."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from velora.kernel.clock import ManualClock
from velora.kernel.errors import MalformedId
from velora.kernel.ids import EPOCH, NODES, decode, encode, first_id_at, id_source, time_of

NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
ids = st.integers(0, (1 << 63) - 1)
moments = st.integers(0, 69 * 365 * 86_400_000).map(lambda milliseconds: EPOCH + timedelta(milliseconds=milliseconds))


@given(st.lists(st.integers(-5000, 5000), max_size=200))
def test_every_id_is_larger_than_the_one_before_however_the_clock_jumps(jumps: list[int]):
    clock = ManualClock(NOON)
    next_id = id_source(clock, 7)
    made = [next_id()]
    for jump in jumps:
        clock.advance(timedelta(milliseconds=jump))
        made.append(next_id())
    assert made == sorted(set(made))


def test_a_full_millisecond_borrows_from_the_next():
    next_id = id_source(ManualClock(NOON), 0)
    made = [next_id() for _ in range(3 << 12)]
    assert made == sorted(set(made))
    assert time_of(made[-1]) - time_of(made[0]) == timedelta(milliseconds=2)


def test_two_nodes_never_make_the_same_id():
    clock = ManualClock(NOON)
    one, other = id_source(clock, 3), id_source(clock, NODES - 1)
    assert not {one() for _ in range(5000)} & {other() for _ in range(5000)}


@given(moments)
def test_an_id_knows_its_time_and_the_first_of_a_moment_is_below_all_of_it(moment: datetime):
    made = id_source(ManualClock(moment), NODES - 1)()
    assert time_of(made) == moment
    assert first_id_at(moment) <= made < first_id_at(moment + timedelta(milliseconds=1))


@given(ids)
def test_what_is_written_outside_reads_back(id_: int):
    text = encode("ord", id_)
    assert decode("ord", text) == id_
    assert decode("ord", f"ord_{text[4:].lower()}") == id_


@given(ids, ids)
def test_letters_sort_as_ids_do(one: int, other: int):
    assert (encode("ord", one) < encode("ord", other)) == (one < other)


def test_look_alikes_are_understood():
    assert decode("ord", "ord_OOOOOOOOOOOIL") == decode("ord", "ord_0000000000011")


@pytest.mark.parametrize(
    "text", ["", "ord_", "ord_123", "sel_0000000000001", "ord_000000000000U", "ord_ZZZZZZZZZZZZZ", "ord_0000000000001 ", "0000000000001"]
)
def test_what_is_no_id_is_refused_with_the_form_it_should_have(text: str):
    with pytest.raises(MalformedId, match="ord_…"):
        decode("ord", text)


def test_the_epoch_has_the_smallest_id():
    assert first_id_at(EPOCH) == 0
    assert encode("evt", 0) == "evt_0000000000000"
