"""What a marketplace may be called and look like, and who may say so."""

from dataclasses import replace

import pytest

from tests.builders.people import a_caller, a_new_tenant
from velora.kernel.colours import Oklch, contrast, hex_of
from velora.kernel.principal import Principal, Role
from velora.modules.tenants import policy
from velora.modules.tenants.policy import Hero, Theme

WHITE, BLACK = Oklch(1, 0, 0), Oklch(0, 0, 0)


def test_contrast_is_21_between_black_and_white_and_1_between_equals() -> None:
    assert contrast(BLACK, WHITE) == pytest.approx(21, abs=0.01)
    assert contrast(WHITE, BLACK) == contrast(BLACK, WHITE)
    assert contrast(WHITE, WHITE) == 1


# sRGB red, lime and blue in OKLCH, as the CSS Color 4 specification's sample code gives them.
@pytest.mark.parametrize(
    ("colour", "name", "ratio_with_white"),
    [
        (Oklch(0.62796, 0.25768, 29.234), "#ff0000", 3.998),
        (Oklch(0.86644, 0.29483, 142.495), "#00ff00", 1.372),
        (Oklch(0.45201, 0.31321, 264.052), "#0000ff", 8.592),
    ],
)
def test_known_colours_have_their_known_names_and_contrasts(colour: Oklch, name: str, ratio_with_white: float) -> None:
    assert hex_of(colour) == name
    assert contrast(colour, WHITE) == pytest.approx(ratio_with_white, abs=0.01)


def test_a_complete_marketplace_has_nothing_wrong() -> None:
    assert policy.check(a_new_tenant("nordmarkt", domains=("shop.nordmarkt.example",))) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", "N"), ("slug", "Nordmarkt"), ("slug", "nord_markt"), ("slug", "-nord"), ("slug", "nord-"), ("slug", "a" * 41),
        ("slug", "www"),
        ("name", " "), ("name", "x" * 81), ("tagline", "x" * 161), ("currency", "DEM"), ("currency", "eur"), ("locale", "german"),
        ("country", "de"),
        ("countries", ("DE", "Austria")),
        ("tax_mode", "gross"), ("escrow_days", -1), ("escrow_days", 91), ("reserve_bps", 5001), ("charged", "sometimes"),
        ("payout_threshold_minor", -1), ("domains", ("http://shop.example",)), ("domains", ("localhost",)), ("domains", ("a.example:80",)),
        ("domains", ("a.example", "a.example")),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_marketplace_is_said_at_its_field(field: str, value: object) -> None:
    refusal = policy.check(replace(a_new_tenant("nordmarkt"), **{field: value}))
    assert refusal is not None
    assert refusal.pointer == f"/{field}"


@pytest.mark.parametrize("accent", [Oklch(0.42, 0.085, 165), Oklch(0.38, 0.09, 255), Oklch(0.55, 0.17, 30)], ids=["forest", "ink", "coral"])
def test_a_readable_accent_is_accepted(accent: Oklch) -> None:
    assert policy.check_theme(Theme(accent=accent)) is None


@pytest.mark.parametrize("accent", [Oklch(0.72, 0.17, 40), Oklch(0.9, 0.1, 100), Oklch(1, 0, 0)], ids=["light coral", "butter", "white"])
def test_an_accent_that_cannot_be_read_is_refused_with_its_contrast(accent: Oklch) -> None:
    refusal = policy.check_theme(Theme(accent=accent))
    assert refusal is not None
    assert refusal.pointer == "/theme/accent"
    assert "to 1; people need 4.5 to 1" in refusal.problem


@pytest.mark.parametrize(
    ("theme", "pointer"),
    [
        (Theme(accent=Oklch(1.2, 0, 0)), "/theme/accent"), (Theme(accent=Oklch(0.4, 0.1, 361)), "/theme/accent"),
        (Theme(accent=Oklch(float("nan"), 0.1, 0)), "/theme/accent"), (Theme(display_font="Comic Sans"), "/theme/display_font"),
        (Theme(radius=33), "/theme/radius"), (Theme(announcement="x" * 201), "/theme/announcement"),
        (Theme(hero=Hero(title="x" * 301)), "/theme/hero"),
    ],
)  # fmt: skip
def test_a_face_outside_its_bounds_is_refused(theme: Theme, pointer: str) -> None:
    refusal = policy.check_theme(theme)
    assert refusal is not None
    assert refusal.pointer == pointer


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("Shop.Example:8000", "shop.example"),
        ("shop.example.", "shop.example"),
        (" nord.localhost ", "nord.localhost"),
        ("[::1]:80", "[::1]"),
        ("", ""),
    ],
)
def test_a_host_is_compared_without_port_case_and_closing_dot(header: str, host: str) -> None:
    assert policy.normal_host(header) == host


@pytest.mark.parametrize(
    ("host", "slug"),
    [("nordmarkt.localhost", "nordmarkt"), ("localhost", None), (".localhost", None), ("a.b.localhost", None), ("nordmarkt.example", None)],
)
def test_on_a_laptop_the_host_names_the_marketplace(host: str, slug: str | None) -> None:
    assert policy.slug_in(host) == slug


@pytest.mark.parametrize(
    ("public_url", "domains", "address"),
    [
        ("http://localhost:8000", (), "http://nordmarkt.localhost:8000"),
        ("https://velora.example", (), "https://nordmarkt.velora.example"),
        ("https://velora.example", ("nordmarkt.example", "www.nordmarkt.example"), "https://nordmarkt.example"),
        ("http://localhost:8000", ("nordmarkt.example",), "http://nordmarkt.localhost:8000"),
    ],
)
def test_a_marketplace_is_found_at_its_own_domain_or_below_the_installation(
    public_url: str, domains: tuple[str, ...], address: str
) -> None:
    assert policy.address(public_url, "nordmarkt", domains) == address


def test_only_a_super_admin_runs_the_platform() -> None:
    assert policy.may_run_platform(a_caller(Role.SUPER_ADMIN))
    others = [Principal(), a_caller(Role.SUPER_ADMIN, account_id=None), *(a_caller(role) for role in Role if role is not Role.SUPER_ADMIN)]
    assert not any(policy.may_run_platform(other) for other in others)


def test_a_marketplace_is_dressed_by_its_own_administrator() -> None:
    assert policy.may_dress(a_caller(Role.MARKETPLACE_ADMIN, tenant_id=1), 1)
    assert policy.may_dress(a_caller(Role.SUPER_ADMIN), 1)
    assert not policy.may_dress(a_caller(Role.MARKETPLACE_ADMIN, tenant_id=2), 1)
    assert not policy.may_dress(a_caller(Role.SELLER, tenant_id=1), 1)
    assert not policy.may_dress(a_caller(Role.SUPER_ADMIN, account_id=None), 1)
