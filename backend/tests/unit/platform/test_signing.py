"""Keys in a folder."""

from pathlib import Path

import pytest

from velora.platform.signing import NoSigningKey, SigningKeys


def test_what_was_signed_verifies_and_nothing_else_does(tmp_path: Path):
    keys = SigningKeys(tmp_path / "keys")
    key_id = keys.make()
    signature = keys.sign(key_id, b"a block")
    assert keys.verifies(key_id, b"a block", signature)
    assert not keys.verifies(key_id, b"another", signature)
    assert not keys.verifies(key_id, b"a block", bytes(64))
    assert not keys.verifies("no-such-key", b"a block", signature)


def test_a_new_key_takes_over_and_the_old_one_can_only_verify(tmp_path: Path):
    keys = SigningKeys(tmp_path / "keys")
    old = keys.make()
    signature = keys.sign(old, b"a block")
    new = keys.make()
    assert (keys.key_id, keys.known()) == (new, sorted([old, new]))
    assert keys.verifies(old, b"a block", signature)
    with pytest.raises(NoSigningKey, match=old):
        keys.sign(old, b"another")


def test_a_public_key_under_a_false_name_is_not_believed(tmp_path: Path):
    keys = SigningKeys(tmp_path / "keys")
    mine, others = keys.make(), SigningKeys(tmp_path / "elsewhere")
    theirs = others.make()
    (keys.folder / f"{mine}.pub").write_bytes((others.folder / f"{theirs}.pub").read_bytes())
    assert not keys.verifies(mine, b"a block", others.sign(theirs, b"a block"))


def test_the_private_key_is_for_its_owner_alone(tmp_path: Path):
    keys = SigningKeys(tmp_path / "keys")
    file = keys.folder / f"{keys.make()}.key"
    assert file.stat().st_mode & 0o077 == 0


def test_without_a_key_it_is_said_how_to_make_one(tmp_path: Path):
    with pytest.raises(NoSigningKey, match="velora ledger new-key"):
        _ = SigningKeys(tmp_path).key_id
