"""A wrong setting stops the start with its name and what it should look like; a secret is never printed."""

import pytest

from velora.platform.settings import BadSettings, Settings, read_settings


@pytest.mark.parametrize(
    ("name", "value", "should"),
    [
        ("DATABASE_URL", "postgres://u:pa55word@h/db", "mysql://user:password@host:3306/velora"),
        ("REDIS_URL", "http://h:pa55word", "redis://host:6379/0"),
        ("MAIL_URL", "imap://u:pa55word@h", "smtp://user:password@host:587"),
        ("KAFKA_URL", "kafka//h:pa55word", "kafka://host:9092,host:9092"),
        ("GATEWAY", "pa55word", "sandbox"),
        ("STRIPE_SECRET_KEY", "pk_live_pa55word", "not the publishable"),
        ("STRIPE_WEBHOOK_SECRET", "pa55word", "whsec_"),
        ("STRIPE_PUBLISHABLE_KEY", "sk_live_pa55word", "not a secret key"),
        ("STRIPE_API_BASE", "pa55word", "https://api.stripe.com"),
        ("PUBLIC_URL", "pa55word.example.com", "https://"),
        ("LOG", "pa55word", "json"),
        ("DEMO", "pa55word", "boolean"),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_should_be(monkeypatch: pytest.MonkeyPatch, name: str, value: str, should: str):
    monkeypatch.setenv(f"VELORA_{name}", value)
    with pytest.raises(BadSettings) as raised:
        read_settings()
    assert str(raised.value).startswith(f"VELORA_{name} ")
    assert should in str(raised.value)
    assert "pa55word" not in str(raised.value)


def test_every_wrong_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VELORA_REDIS_URL", "x")
    monkeypatch.setenv("VELORA_PUBLIC_URL", "x")
    with pytest.raises(BadSettings) as raised:
        read_settings()
    assert [line.split()[0] for line in str(raised.value).splitlines()] == ["VELORA_REDIS_URL", "VELORA_PUBLIC_URL"]


def test_serving_in_public_needs_a_key_of_its_own(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VELORA_PUBLIC_URL", "https://market.example.com")
    with pytest.raises(BadSettings, match="openssl rand -hex 32"):
        read_settings()
    monkeypatch.setenv("VELORA_SECRET_KEY", "k" * 32)
    assert read_settings().secure_cookies


def test_stripe_without_its_keys_does_not_start_and_says_which_are_missing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VELORA_GATEWAY", "stripe")
    with pytest.raises(BadSettings, match="SECRET_KEY and VELORA_STRIPE_PUBLISHABLE_KEY and VELORA_STRIPE_WEBHOOK_SECRET"):
        read_settings()
    monkeypatch.setenv("VELORA_STRIPE_SECRET_KEY", "sk_test_pa55word")
    monkeypatch.setenv("VELORA_STRIPE_PUBLISHABLE_KEY", "pk_test_for_anyone")
    with pytest.raises(BadSettings, match="needs VELORA_STRIPE_WEBHOOK_SECRET as well") as raised:
        read_settings()
    assert "pa55word" not in str(raised.value)
    monkeypatch.setenv("VELORA_STRIPE_WEBHOOK_SECRET", "whsec_pa55word")
    assert not read_settings().charges_for_real
    assert "pa55word" not in repr(read_settings())
    monkeypatch.setenv("VELORA_STRIPE_SECRET_KEY", "rk_live_pa55word")
    assert read_settings().charges_for_real


def test_a_secret_does_not_show_when_settings_are_printed():
    assert "pa55word" not in repr(Settings(database_url="mysql://u:pa55word@h/db", secret_key="pa55word"))  # pyright: ignore[reportArgumentType] -- as from the environment
