"""Keys in a folder."""

from pathlib import Path

import pytest

from velora.platform.signing import NoSigningKey, SigningKeys


def test_what_was_signed_verifies_and_nothing_else_does(tmp_path: Path):
    keys = SigningKeys(tmp_path / "keys")
    key = keys.make()
    signature = key.sign(b"a block")
    assert keys.verifies(key.key_id, b"a block", signature)
    assert not keys.verifies(key.key_id, b"another", signature)
    assert not keys.verifies(key.key_id, b"a block", bytes(64))
    assert not keys.verifies("no-such-key", b"a block", signature)


def test_a_new_key_takes_over_and_the_old_one_can_only_verify(tmp_path: Path):
    keys = SigningKeys(tmp_path / "keys")
    old = keys.make().key_id
    signature = keys.signer().sign(b"a block")
    new = keys.make().key_id
    assert (keys.signer().key_id, keys.known()) == (new, sorted([old, new]))
    assert keys.verifies(old, b"a block", signature)
    assert [file.stem for file in keys.folder.glob("*.key")] == [new]


def test_who_has_begun_to_sign_goes_on_with_the_key_it_has(tmp_path: Path):
    keys = SigningKeys(tmp_path / "keys")
    keys.make()
    signer = keys.signer()
    keys.make()
    assert keys.verifies(signer.key_id, b"a block", signer.sign(b"a block"))


def test_a_public_key_under_a_false_name_is_not_believed(tmp_path: Path):
    keys = SigningKeys(tmp_path / "keys")
    mine, others = keys.make().key_id, SigningKeys(tmp_path / "elsewhere")
    theirs = others.make()
    (keys.folder / f"{mine}.pub").write_bytes((others.folder / f"{theirs.key_id}.pub").read_bytes())
    assert not keys.verifies(mine, b"a block", theirs.sign(b"a block"))


def test_the_private_key_is_for_its_owner_alone(tmp_path: Path):
    keys = SigningKeys(tmp_path / "keys")
    file = keys.folder / f"{keys.make().key_id}.key"
    assert file.stat().st_mode & 0o077 == 0


def test_without_a_key_it_is_said_how_to_make_one(tmp_path: Path):
    with pytest.raises(NoSigningKey, match="velora ledger new-key"):
        _ = SigningKeys(tmp_path).key_id
