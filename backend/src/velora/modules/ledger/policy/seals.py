"""How sealed journals are proved: a Merkle tree over the leaves of an epoch, and blocks that are chained by their hashes. Pure.

The tree is RFC 6962's: a leaf's node is SHA-256 of 0x00 and the leaf, an inner node that of 0x01 and its two children, and the left
part of every tree is the largest whole one. So no leaf can pass for a node, and a path is as long as the tree is high.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import orjson

# The chain of this database. A tenant's journals never lie on two shards.
SHARD: Final = 0

# What stands before the first block.
GENESIS: Final = bytes(32)


def node_of_leaf(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_of(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class MerkleRoot:
    """The root of leaves that come one by one, in the memory of a single path."""

    def __init__(self) -> None:
        self.count = 0
        self._whole: list[tuple[int, bytes]] = []  # whole trees from left to right, by height, each lower than the one before

    def add(self, leaf: bytes) -> None:
        """The next leaf to the right."""
        height, node = 0, node_of_leaf(leaf)
        while self._whole and self._whole[-1][0] == height:
            node = node_of(self._whole.pop()[1], node)
            height += 1
        self._whole.append((height, node))
        self.count += 1

    @property
    def root(self) -> bytes:
        """The root of what has come so far; of nothing, the hash of nothing."""
        if not self._whole:
            return hashlib.sha256(b"").digest()
        *left, (_, node) = self._whole
        for _, one in reversed(left):
            node = node_of(one, node)
        return node


@dataclass(frozen=True, slots=True)
class Step:
    """A neighbour on the way from a leaf to the root, and on which side it stands."""

    side: str  # "left" or "right"
    node: bytes


def path_ranges(index: int, size: int) -> list[tuple[str, int, int]]:
    """The neighbours on the way from the leaf at `index` up to the root of `size` leaves: (side, first leaf, end of leaves)."""
    if not 0 <= index < size:
        raise ValueError(f"There is no leaf {index} among {size}.")
    steps: list[tuple[str, int, int]] = []
    first, end = 0, size
    while end - first > 1:
        middle = first + (1 << ((end - first - 1).bit_length() - 1))
        if index < middle:
            steps.append(("right", middle, end))
            end = middle
        else:
            steps.append(("left", first, middle))
            first = middle
    return steps[::-1]


def root_by_path(leaf: bytes, path: Sequence[Step]) -> bytes:
    """The root that this leaf has by this path."""
    node = node_of_leaf(leaf)
    for step in path:
        node = node_of(step.node, node) if step.side == "left" else node_of(node, step.node)
    return node


@dataclass(frozen=True, slots=True)
class Block:
    """An epoch's journals under one root. `sums` is what moved by currency, in minor units; the signature is Ed25519's over the hash."""

    shard: int
    n: int
    prev_hash: bytes
    merkle_root: bytes
    journals: int
    sums: Mapping[str, int]
    sealed_at: datetime
    key_id: str
    signature: bytes = b""

    @property
    def block_hash(self) -> bytes:
        return hashlib.sha256(self.form).digest()

    @property
    def form(self) -> bytes:
        """What is hashed: a JSON array without spaces, object keys sorted, hashes in hexadecimal, the time in UTC as in a leaf's form.

        [1, shard, n, hash of the block before, Merkle root, journals, sums, sealed_at, key_id]. The leading 1 is the version of this form.
        """
        form = [
            1, self.shard, self.n, self.prev_hash.hex(), self.merkle_root.hex(), self.journals, dict(self.sums), self.sealed_at,
            self.key_id,
        ]  # fmt: skip
        return orjson.dumps(form, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)

    def signed(self, signature: bytes) -> "Block":
        return replace(self, signature=signature)
