"""Check what `velora ledger prove` printed, without Velora: python verify_proof.py proof.json KEY.pub [ANCHORS.jsonl]

KEY.pub is the public key as you got it from the operator, once and by another way than the proof. ANCHORS.jsonl, if you keep a
copy of it, is the file that block hashes were written to when they were made. Needs Python 3.11 and the package `cryptography`.
"""

import hashlib
import json
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_public_key


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def check(proof: dict, public_key: bytes, anchors: list[dict]) -> str:
    """What the proof proves. Raises ValueError with the first thing that is not as it should be."""
    node = sha256(b"\x00", sha256(proof["form"].encode()))
    for step in proof["path"]:
        neighbour = bytes.fromhex(step["node"])
        node = sha256(b"\x01", neighbour, node) if step["side"] == "left" else sha256(b"\x01", node, neighbour)
    _, _, n, _, root, _, _, sealed_at, _ = json.loads(proof["block"]["form"])
    if node.hex() != root:
        raise ValueError("the journal does not lead to the root of the block")
    block_hash = sha256(proof["block"]["form"].encode())
    try:
        load_pem_public_key(public_key).verify(bytes.fromhex(proof["signature"]), block_hash)
    except InvalidSignature:
        raise ValueError("the block was not signed with this key") from None
    if anchors and not any(one["n"] == n and one["block_hash"] == block_hash.hex() for one in anchors):
        raise ValueError(f"block {n} was not anchored with this hash")
    return f"{proof['journal']} stood in the ledger when block {n} was sealed, at {sealed_at}: {proof['form']}"


if __name__ == "__main__":
    files = [Path(name) for name in sys.argv[1:]]
    lines = [json.loads(line) for line in files[2].read_text().splitlines() if line] if len(files) > 2 else []
    try:
        print(check(json.loads(files[0].read_text()), files[1].read_bytes(), lines))
    except ValueError as error:
        sys.exit(f"NOT PROVED: {error}")
