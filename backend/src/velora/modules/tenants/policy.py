"""What a marketplace may be called, cost and look like, and who may say so."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from velora.kernel.colours import READABLE, Oklch, contrast
from velora.kernel.errors import Invalid
from velora.kernel.iban import iban_of
from velora.kernel.money import CURRENCY_DIGITS
from velora.kernel.principal import Principal, Role

TAX_MODES: Final = ("inclusive", "exclusive", "none")
CHARGED: Final = ("at_order", "at_shipment")
DISPLAY_FONTS: Final = ("Fraunces", "Newsreader", "Bricolage Grotesque")
MOST_ESCROW_DAYS: Final = 90
MOST_DAYS_TO_PAY: Final = 120
LOCALHOST: Final = ".localhost"

_SLUG: Final = re.compile(r"[a-z][a-z0-9-]{1,38}[a-z0-9]")
_HOST: Final = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_LOCALE: Final = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_BIC: Final = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")
_RESERVED: Final = frozenset({"www", "api", "app", "admin", "seller", "finance", "platform", "static", "assets", "health", "mail", "dev"})
# The paper that the storefront is printed on, and the words on a button (the web application's tokens).
_PAPER: Final = Oklch(0.985, 0.003, 95)
_FOREST: Final = Oklch(0.42, 0.085, 165)


Charged = Literal["at_order", "at_shipment"]


@dataclass(frozen=True)
class Hero:
    """What greets a visitor on the first page."""

    badge: str = ""
    title: str = ""
    text: str = ""
    cta: str = ""
    pictures: tuple[str, ...] = ()
    category_slug: str = ""


@dataclass(frozen=True)
class Theme:
    """A marketplace's face: one accent, one display font, one radius in pixels."""

    accent: Oklch = _FOREST
    display_font: str = "Fraunces"
    radius: int = 12
    hero: Hero = Hero()
    announcement: str = ""


@dataclass(frozen=True)
class FurtherCurrency:
    """A currency in which a marketplace sells, or sold (`sold`), beside its main one: from how much on sellers are paid in it."""

    currency: str
    payout_threshold_minor: int
    sold: bool = True


@dataclass(frozen=True)
class BankDetails:
    """Where buyers transfer to."""

    holder: str
    iban: str
    bic: str = ""


@dataclass(frozen=True)
class CashOnDelivery:
    """Paid in cash to whoever brings it; an order of at most so much, in minor units of the main currency."""

    at_most_minor: int | None = None


@dataclass(frozen=True)
class OnInvoice:
    """Paid by transfer within so many days."""

    bank: BankDetails
    days: int = 30


@dataclass(frozen=True)
class PaidLater:
    """What a marketplace offers beside cards; nothing, unless it says so."""

    cash_on_delivery: CashOnDelivery | None = None
    invoice: OnInvoice | None = None

    @property
    def stored(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None) -> "PaidLater":
        """As `stored` wrote it."""
        cash, invoice = (stored or {}).get("cash_on_delivery"), (stored or {}).get("invoice")
        return cls(
            CashOnDelivery(cash["at_most_minor"]) if cash else None,
            OnInvoice(BankDetails(**invoice["bank"]), invoice["days"]) if invoice else None,
        )


CARDS_ALONE: Final = PaidLater()


@dataclass(frozen=True)
class NewTenant:
    """A marketplace to be. `domains` lead to it besides `{slug}.localhost`; `countries` are where it ships to (none: its own).

    `charged` says when its buyers are: when they order, or when the first parcel leaves and the bank has only held the money until then.
    """

    slug: str
    name: str
    currency: str
    locale: str
    country: str
    tagline: str = ""
    countries: tuple[str, ...] = ()
    tax_mode: str = "inclusive"
    escrow_days: int = 14
    reserve_bps: int = 0
    payout_threshold_minor: int = 0
    theme: Theme = Theme()
    domains: tuple[str, ...] = ()
    charged: Charged = "at_order"
    further: tuple[FurtherCurrency, ...] = ()


def check(new: NewTenant) -> Invalid | None:
    """The first thing that is wrong with a marketplace to be."""
    rules = (
        (_SLUG.fullmatch(new.slug) is not None, "/slug", "Use 3 to 40 small letters, digits and hyphens, beginning with a letter."),
        (new.slug not in _RESERVED, "/slug", f"{new.slug} is kept for Velora itself. Choose another short name."),
        (1 <= len(new.name.strip()) <= 80, "/name", "Give a name of 1 to 80 characters."),
        (len(new.tagline) <= 160, "/tagline", "Use at most 160 characters."),
        (new.currency in CURRENCY_DIGITS, "/currency", f"Choose one of {', '.join(CURRENCY_DIGITS)}."),
        (_LOCALE.fullmatch(new.locale) is not None, "/locale", "Give a language and, if you like, a country: de, en-GB."),
        (_COUNTRY.fullmatch(new.country) is not None, "/country", "Give the two capital letters of a country: DE, GB."),
        (all(_COUNTRY.fullmatch(c) for c in new.countries), "/countries", "Give the two capital letters of each country: DE, GB."),
        (new.tax_mode in TAX_MODES, "/tax_mode", f"Choose one of {', '.join(TAX_MODES)}."),
        (0 <= new.escrow_days <= MOST_ESCROW_DAYS, "/escrow_days", f"Hold money for 0 to {MOST_ESCROW_DAYS} days after delivery."),
        (0 <= new.reserve_bps <= 5_000, "/reserve_bps", "Keep 0 to 5000 basis points (half) in reserve."),
        (new.charged in CHARGED, "/charged", f"Choose one of {', '.join(CHARGED)}."),
        (new.payout_threshold_minor >= 0, "/payout_threshold_minor", "Give an amount of zero or more."),
        (all(_HOST.fullmatch(host) for host in new.domains), "/domains", "Give host names without scheme and port: shop.example.com."),
        (len(set(new.domains)) == len(new.domains), "/domains", "Name each domain once."),
    )
    wrong = next((Invalid(pointer, problem) for holds, pointer, problem in rules if not holds), None)
    return wrong or _check_further(new) or check_theme(new.theme)


def check_currency(main: str, further: FurtherCurrency) -> Invalid | None:
    """What is wrong with a currency that a marketplace is to sell in beside its main one. Each amount is in that currency."""
    if further.currency not in CURRENCY_DIGITS:
        return Invalid("/currency", f"Choose one of {', '.join(CURRENCY_DIGITS)}.")
    if further.currency == main:
        return Invalid("/currency", f"{main} is the marketplace's main currency already. Name a further one.")
    if further.payout_threshold_minor < 0:
        return Invalid("/payout_threshold_minor", f"Give an amount of zero or more, in minor units of {further.currency}.")
    return None


def _check_further(new: NewTenant) -> Invalid | None:
    if len({one.currency for one in new.further}) != len(new.further):
        return Invalid("/further", "Name each further currency once.")
    for number, one in enumerate(new.further):
        if refusal := check_currency(new.currency, one):
            return Invalid(f"/further/{number}{refusal.pointer}", refusal.problem)
    return None


def compact(number: str) -> str:
    """An account number as machines have it: without the spaces that people read it by."""
    return "".join(number.split()).upper()


def check_paid_later(wanted: PaidLater) -> Invalid | None:
    """The first thing that is wrong with how buyers are to pay later."""
    cash, invoice = wanted.cash_on_delivery, wanted.invoice
    if cash and cash.at_most_minor is not None and cash.at_most_minor < 1:
        return Invalid("/cash_on_delivery/at_most_minor", "Give an amount above zero, or leave it out for orders of any size.")
    if invoice is None:
        return None
    if not 1 <= invoice.days <= MOST_DAYS_TO_PAY:
        return Invalid("/invoice/days", f"Give buyers 1 to {MOST_DAYS_TO_PAY} days to pay.")
    if not 1 <= len(invoice.bank.holder.strip()) <= 70:
        return Invalid("/invoice/bank/holder", "Name whose account it is, in 1 to 70 characters.")
    if iban_of(invoice.bank.iban) != invoice.bank.iban:
        return Invalid("/invoice/bank/iban", "This is no IBAN: its check digits do not fit. Copy it anew from the bank's papers.")
    if invoice.bank.bic and not _BIC.fullmatch(invoice.bank.bic):
        return Invalid("/invoice/bank/bic", "A BIC has 8 or 11 letters and digits. Copy it anew, or leave it out.")
    return None


def check_theme(theme: Theme) -> Invalid | None:
    """The first thing that is wrong with a face; an accent must be readable on paper, and paper's colour on it (WCAG AA)."""
    accent = theme.accent
    if not (0 <= accent.l <= 1 and 0 <= accent.c <= 0.4 and 0 <= accent.h <= 360):
        return Invalid("/theme/accent", "Give a lightness of 0 to 1, a chroma of 0 to 0.4 and a hue of 0 to 360 degrees.")
    ratio = contrast(accent, _PAPER)
    if ratio < READABLE:
        return Invalid(
            "/theme/accent",
            f"White text on this accent, and the accent as text, have a contrast of {ratio:.1f} to 1; people need {READABLE} to 1. "
            "Choose a lower lightness.",
        )
    if theme.display_font not in DISPLAY_FONTS:
        return Invalid("/theme/display_font", f"Choose one of {', '.join(DISPLAY_FONTS)}.")
    if not 0 <= theme.radius <= 32:
        return Invalid("/theme/radius", "Give a radius of 0 to 32 pixels.")
    if len(theme.announcement) > 200:
        return Invalid("/theme/announcement", "Use at most 200 characters.")
    if max(len(text) for text in (theme.hero.badge, theme.hero.title, theme.hero.text, theme.hero.cta, "")) > 300:
        return Invalid("/theme/hero", "Use at most 300 characters for each text.")
    return None


def normal_host(header: str) -> str:
    """The host of a Host header as it stands in the table: small letters, without port and closing dot."""
    host = header.strip().lower()
    host = host[: host.index("]") + 1] if host.startswith("[") and "]" in host else host.partition(":")[0]
    return host.rstrip(".")


def slug_in(host: str) -> str | None:
    """The tenant that a host of the form `{slug}.localhost` names, on a laptop."""
    slug = host.removesuffix(LOCALHOST) if host.endswith(LOCALHOST) else ""
    return slug if _SLUG.fullmatch(slug) else None


def may_run_platform(principal: Principal) -> bool:
    """Create, suspend and resume marketplaces: only a super admin."""
    return principal.account_id is not None and principal.has(Role.SUPER_ADMIN)


def may_dress(principal: Principal, tenant_id: int) -> bool:
    """Give a marketplace its face: its own administrator, or a super admin."""
    if principal.account_id is None:
        return False
    return principal.has(Role.SUPER_ADMIN) or (principal.has(Role.MARKETPLACE_ADMIN) and principal.tenant_id == tenant_id)


def address(public_url: str, slug: str, domains: tuple[str, ...]) -> str:
    """Where a browser finds the marketplace: its first domain, else below the installation's own address."""
    scheme, _, host = public_url.partition("://")
    if domains and scheme == "https":
        return f"https://{domains[0]}"
    return f"{scheme}://{slug}.{host}"
