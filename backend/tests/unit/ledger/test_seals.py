"""The tree and the chain: what is proved by them, and what cannot be."""

import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from velora.modules.ledger.policy.seals import GENESIS, Block, MerkleRoot, Step, node_of, node_of_leaf, path_ranges, root_by_path

LEAVES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70)


def root_of(leaves: list[bytes]) -> bytes:
    tree = MerkleRoot()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root


def by_the_book(leaves: list[bytes]) -> bytes:
    """The tree as RFC 6962 defines it."""
    if len(leaves) == 1:
        return node_of_leaf(leaves[0])
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_of(by_the_book(leaves[:k]), by_the_book(leaves[k:]))


@given(LEAVES)
def test_the_root_is_that_of_rfc_6962_however_many_leaves(leaves: list[bytes]):
    assert root_of(leaves) == by_the_book(leaves)


def test_nothing_has_the_root_of_nothing():
    assert MerkleRoot().root == hashlib.sha256(b"").digest()


@given(LEAVES, st.data())
def test_every_leaf_leads_to_the_root_and_no_other_leaf_does_in_its_place(leaves: list[bytes], data: st.DataObject):
    place = data.draw(st.integers(0, len(leaves) - 1))
    path = [Step(side, root_of(leaves[first:end])) for side, first, end in path_ranges(place, len(leaves))]
    assert root_by_path(leaves[place], path) == root_of(leaves)
    other = data.draw(st.binary(min_size=32, max_size=32).filter(lambda one: one != leaves[place]))
    assert root_by_path(other, path) != root_of(leaves)


def test_a_path_from_outside_the_tree_is_refused():
    with pytest.raises(ValueError, match="no leaf 3 among 3"):
        path_ranges(3, 3)


def test_the_form_of_a_block_says_all_that_is_signed():
    block = Block(0, 7, GENESIS, b"\x01" * 32, 3, {"USD": 5, "EUR": 9}, datetime(2026, 11, 16, 10, tzinfo=UTC), "k1")
    assert block.form.decode() == (f'[1,0,7,"{"00" * 32}","{"01" * 32}",3,{{"EUR":9,"USD":5}},"2026-11-16T10:00:00Z","k1"]')
    assert block.signed(b"s").block_hash == block.block_hash == hashlib.sha256(block.form).digest()
