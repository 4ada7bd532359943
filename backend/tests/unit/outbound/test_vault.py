"""A secret that is kept can be read with the installation's key alone, and for what it belongs to alone."""

import pytest

from velora.platform import vault
from velora.platform.settings import BadSettings, Settings, read_settings

KEY = b"k" * 32


def test_what_was_locked_is_unlocked_and_looks_different_each_time():
    secret = vault.fresh_secret()
    first, second = (vault.lock(KEY, "tests", "whe_1", secret) for _ in range(2))
    assert vault.unlock(KEY, "tests", "whe_1", first) == secret
    assert first != second
    assert secret not in first
    assert len(first) == 60


@pytest.mark.parametrize(("key", "purpose", "about"), [(b"x" * 32, "tests", "whe_1"), (KEY, "other", "whe_1"), (KEY, "tests", "whe_2")])
def test_another_key_purpose_or_owner_reads_nothing(key: bytes, purpose: str, about: str):
    locked = vault.lock(KEY, "tests", "whe_1", b"secret")
    with pytest.raises(vault.Unreadable):
        vault.unlock(key, purpose, about, locked)


def test_what_was_changed_is_not_read():
    locked = bytearray(vault.lock(KEY, "tests", "whe_1", b"secret"))
    locked[-1] ^= 1
    with pytest.raises(vault.Unreadable):
        vault.unlock(KEY, "tests", "whe_1", bytes(locked))
    with pytest.raises(vault.Unreadable):
        vault.unlock(KEY, "tests", "whe_1", b"short")


@pytest.mark.parametrize("url", ["https://market.example.com", "http://market.example.com", "http://localhost.example.com"])
def test_loopback_is_opened_on_a_developers_machine_alone(url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VELORA_PUBLIC_URL", url)
    monkeypatch.setenv("VELORA_SECRET_KEY", "s" * 32)
    monkeypatch.setenv("VELORA_WEBHOOKS_TO_LOOPBACK", "true")
    with pytest.raises(BadSettings, match="VELORA_WEBHOOKS_TO_LOOPBACK is for development"):
        read_settings()


def test_on_a_developers_machine_it_is_closed_unless_it_is_opened():
    assert not Settings(public_url="http://localhost:8000").webhooks_to_loopback
    assert Settings(public_url="http://localhost:8000", webhooks_to_loopback=True).is_development
