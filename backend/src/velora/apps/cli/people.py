"""`velora tenant` and `velora user`: marketplaces and people, by whoever has the machine's keys."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Final

import typer

from velora.apps.cli.console import AsJson, Complaint, Exit, give, run, say, table
from velora.apps.cli.home import at_home, tenant_id_of, tenant_named
from velora.flows.operating import currencies, marketplaces
from velora.flows.operating.currencies import NewCurrency
from velora.flows.signing_in.sign_in import password_cost
from velora.kernel.errors import Refusal, unrefused
from velora.kernel.ids import encode
from velora.kernel.principal import Role
from velora.modules.audit import service as audit
from velora.modules.audit.policy import PLATFORM
from velora.modules.identity import policy as identity_policy
from velora.modules.identity import service as identity
from velora.modules.identity.service import Grant, NewAccount
from velora.modules.pricing.service import Rate
from velora.modules.tenants import policy, service
from velora.modules.tenants.policy import BankDetails, CashOnDelivery, FurtherCurrency, NewTenant, OnInvoice, PaidLater, compact
from velora.modules.tenants.service import TenantFacts
from velora.platform.db import UnitOfWork
from velora.platform.settings import Settings, read_settings
from velora.platform.tokens import fresh_token

tenant = typer.Typer(help="Marketplaces.", no_args_is_help=True)
user = typer.Typer(help="People and their roles.", no_args_is_help=True)

_OPERATOR: Final = "operator"
_GRANTABLE: Final = (Role.MARKETPLACE_ADMIN, Role.FINANCE, Role.SUPER_ADMIN)


@tenant.command("create")
def create(
    slug: Annotated[str, typer.Argument(help="Short name, the first part of its address: nordmarkt.")],
    name: Annotated[str, typer.Option(help="Name as people read it.")],
    currency: Annotated[str, typer.Option(help="ISO 4217: EUR, GBP, USD.")] = "EUR",
    locale: Annotated[str, typer.Option(help="Language and country: de-DE.")] = "en-GB",
    country: Annotated[str, typer.Option(help="Where it is: DE.")] = "DE",
    tax_mode: Annotated[str, typer.Option(help="inclusive, exclusive or none.")] = "inclusive",
    domain: Annotated[list[str] | None, typer.Option(help="A host that leads to it; may be given again.")] = None,
    further: Annotated[list[str] | None, typer.Option(help="What else it sells in, with its payout threshold: SEK=50000.")] = None,
    json: AsJson = False,
) -> None:
    """Open a marketplace, empty.

    Examples:

      velora tenant create nordmarkt --name Nordmarkt --currency EUR --locale de-DE --country DE

      velora tenant create harbor --name "Harbor & Co" --currency USD --country US --tax-mode exclusive --domain shop.example.com
    """
    settings = read_settings()
    new = NewTenant(
        slug, name, currency, locale, country, tax_mode=tax_mode, domains=tuple(domain or ()),
        further=tuple(_further(one) for one in further or ()),
    )  # fmt: skip
    made = run(_create(settings, new))
    _show(settings, [made], as_json=json)


@tenant.command("list")
def list_(json: AsJson = False) -> None:
    """Show every marketplace with its address.

    Example:

      velora tenant list --json
    """
    settings = read_settings()
    _show(settings, run(_all(settings)), as_json=json)


@tenant.command()
def suspend(slug: str, json: AsJson = False) -> None:
    """Close a marketplace for everyone, until resumed. What was ordered goes on.

    Example:

      velora tenant suspend nordmarkt
    """
    settings = read_settings()
    _show(settings, [run(_change(settings, slug, opened=False))], as_json=json)


@tenant.command()
def resume(slug: str, json: AsJson = False) -> None:
    """Open a suspended marketplace again.

    Example:

      velora tenant resume nordmarkt
    """
    settings = read_settings()
    _show(settings, [run(_change(settings, slug, opened=True))], as_json=json)


@tenant.command("sell-in")
def sell_in(
    slug: str,
    currency: Annotated[str, typer.Argument(help="ISO 4217: SEK.")],
    payout_threshold: Annotated[int, typer.Option(help="From how much on sellers are paid, in minor units of this currency.")],
    delivery: Annotated[int | None, typer.Option(help="What delivery costs where a seller has no own terms, in its minor units.")] = None,
    free_above: Annotated[int | None, typer.Option(help="From how much on that delivery is free, in its minor units.")] = None,
    json: AsJson = False,
) -> None:
    """Let a marketplace sell in a further currency. Sellers give prices in it; nothing is converted.

    Examples:

      velora tenant sell-in nordmarkt SEK --payout-threshold 50000

      velora tenant sell-in nordmarkt SEK --payout-threshold 50000 --delivery 4900 --free-above 50000
    """
    if free_above is not None and delivery is None:
        raise Complaint("--free-above needs --delivery: say what delivery costs below it.", Exit.USAGE)
    settings = read_settings()
    rate = None if delivery is None else Rate(delivery, free_above)
    _show(settings, [run(_sell_in(settings, slug, NewCurrency(currency, payout_threshold, rate)))], as_json=json)


@tenant.command("stop-selling-in")
def stop_selling_in(slug: str, currency: Annotated[str, typer.Argument(help="ISO 4217: SEK.")], json: AsJson = False) -> None:
    """Sell nothing in this currency any more. Prices in it are kept, orders go on, and what was earned in it is paid out.

    Example:

      velora tenant stop-selling-in nordmarkt SEK
    """
    settings = read_settings()
    _show(settings, [run(_stop_selling_in(settings, slug, currency))], as_json=json)


@tenant.command("pay-later")
def pay_later(
    slug: str,
    cash: Annotated[bool, typer.Option("--cash", help="In cash at the door.")] = False,
    cash_at_most: Annotated[int | None, typer.Option(help="The largest order that is, in minor units of the main currency.")] = None,
    invoice: Annotated[bool, typer.Option("--invoice", help="By transfer, for buyers whom finance lets.")] = False,
    days: Annotated[int, typer.Option(help="Until when an invoice is to be paid.")] = 30,
    holder: Annotated[str, typer.Option(help="Whose account buyers transfer to.")] = "",
    iban: Annotated[str, typer.Option(help="Its IBAN.")] = "",
    bic: Annotated[str, typer.Option(help="Its BIC, where it needs one.")] = "",
    json: AsJson = False,
) -> None:
    """Say how buyers may pay beside cards. What is not named is not offered any more; what was ordered before stands.

    Examples:

      velora tenant pay-later nordmarkt --cash --cash-at-most 30000

      velora tenant pay-later nordmarkt --invoice --holder "Nordmarkt GmbH" --iban "DE02 1203 0000 0000 2020 51"

      velora tenant pay-later nordmarkt
    """
    if cash_at_most is not None and not cash:
        raise Complaint("--cash-at-most needs --cash: say that buyers may pay in cash.", Exit.USAGE)
    if not invoice and (holder or iban or bic):
        raise Complaint("--holder, --iban and --bic need --invoice: say that buyers may pay on invoice.", Exit.USAGE)
    on_invoice = OnInvoice(BankDetails(holder.strip(), compact(iban), compact(bic)), days) if invoice else None
    settings = read_settings()
    wanted = PaidLater(CashOnDelivery(cash_at_most) if cash else None, on_invoice)
    _show(settings, [run(_let_pay_later(settings, slug, wanted))], as_json=json)


@user.command("create")
def create_user(
    email: Annotated[str, typer.Argument(help="Address to sign in with.")],
    name: Annotated[str, typer.Option(help="Name as people read it.")],
    password: Annotated[str, typer.Option(help="Without one, a good one is made and shown once.", envvar="VELORA_USER_PASSWORD")] = "",
    json: AsJson = False,
) -> None:
    """Make an account.

    Examples:

      velora user create ada@example.com --name "Ada Lovelace"

      VELORA_USER_PASSWORD=… velora user create ada@example.com --name Ada && velora user grant ada@example.com super_admin
    """
    chosen = password or fresh_token()[:20]
    account = run(_create_user(read_settings(), email, name, chosen))
    if json:
        give({"id": encode("acc", account), "email": email} | ({} if password else {"password": chosen}))
        return
    say(f"{email} has an account: {encode('acc', account)}.")
    if not password:
        say(f"Its password, shown only now: {chosen}")


@user.command("grant")
def grant(
    email: str,
    role: Annotated[str, typer.Argument(help=f"One of {', '.join(_GRANTABLE)}.")],
    tenant: Annotated[str, typer.Option(help="Marketplace of a marketplace_admin, by its short name.")] = "",
    json: AsJson = False,
) -> None:
    """Give an account a role, at one marketplace or across all.

    Examples:

      velora user grant ada@example.com marketplace_admin --tenant nordmarkt

      velora user grant ada@example.com finance
    """
    if role not in _GRANTABLE:
        raise Complaint(f"{role} cannot be given here. Choose one of {', '.join(_GRANTABLE)}.", Exit.USAGE)
    if (role == Role.MARKETPLACE_ADMIN) != bool(tenant):
        raise Complaint("A marketplace_admin needs --tenant; finance and super_admin are for the whole installation.", Exit.USAGE)
    run(_grant(read_settings(), email, Role(role), tenant))
    if json:
        give({"email": email, "role": role, "tenant": tenant or None})
    else:
        say(f"{email} is {role.replace('_', ' ')}{f' of {tenant}' if tenant else ''} from now on.")


def _show(settings: Settings, tenants: Sequence[TenantFacts], *, as_json: bool) -> None:
    addresses = [policy.address(settings.public_url, one.slug, one.domains) for one in tenants]
    if as_json:
        give([{**asdict(one), "id": encode("ten", one.id), "url": url} for one, url in zip(tenants, addresses, strict=True)])
    elif not tenants:
        say("There is no marketplace yet. Make one: velora tenant create --help")
    else:
        rows = [
            (one.slug, one.name, one.state, " ".join(one.currencies), one.tax_mode, url)
            for one, url in zip(tenants, addresses, strict=True)
        ]
        table(("slug", "name", "state", "currency", "tax", "address"), rows)


def _further(text: str) -> FurtherCurrency:
    currency, _, threshold = text.partition("=")
    if not threshold.isascii() or not threshold.isdigit():
        raise Complaint(f"Give --further as a currency and its payout threshold in minor units: {currency or 'SEK'}=50000.", Exit.USAGE)
    return FurtherCurrency(currency, int(threshold))


async def _sell_in(settings: Settings, slug: str, new: NewCurrency) -> TenantFacts:
    async with at_home(settings) as house:
        tenant_id = (await tenant_named(house, slug)).id
        async with house.db.begin(None) as uow:
            return unrefused(await currencies.sell_in(uow, tenant_id, new, actor_ref=_OPERATOR))


async def _stop_selling_in(settings: Settings, slug: str, currency: str) -> TenantFacts:
    async with at_home(settings) as house:
        tenant_id = (await tenant_named(house, slug)).id
        async with house.db.begin(None) as uow:
            return unrefused(await currencies.stop_selling_in(uow, tenant_id, currency, actor_ref=_OPERATOR))


async def _let_pay_later(settings: Settings, slug: str, wanted: PaidLater) -> TenantFacts:
    async with at_home(settings) as house:
        tenant_id = (await tenant_named(house, slug)).id
        async with house.db.begin(None) as uow:
            return unrefused(await marketplaces.let_pay_later(uow, tenant_id, wanted, _OPERATOR))


async def _create(settings: Settings, new: NewTenant) -> TenantFacts:
    async with at_home(settings) as house, house.db.begin(None) as uow:
        [outcome] = await service.create(uow, [new])
        if isinstance(outcome, Refusal):
            raise outcome
        await _record(uow, outcome.id, "tenants.created", encode("ten", outcome.id), {"slug": outcome.slug})
        return outcome


async def _all(settings: Settings) -> list[TenantFacts]:
    async with at_home(settings) as house, house.db.read(None) as uow:
        return await service.all_tenants(uow)


async def _change(settings: Settings, slug: str, *, opened: bool) -> TenantFacts:
    async with at_home(settings) as house:
        found = await tenant_named(house, slug)
        async with house.db.begin(None) as uow:
            [outcome] = await (service.resume if opened else service.suspend)(uow, [found.id])
            if isinstance(outcome, Refusal):
                raise outcome
            await _record(uow, outcome.id, "tenants.resumed" if opened else "tenants.suspended", encode("ten", outcome.id), {})
            return outcome


async def _create_user(settings: Settings, email: str, name: str, password: str) -> int:
    email = identity_policy.normal_email(email)
    if wrong := identity_policy.check_name(name) or identity_policy.check_password(password, email):
        raise wrong
    async with at_home(settings) as house:
        password_hash = await identity.hash_password(password, password_cost(house))
        async with house.db.begin(None) as uow:
            [outcome] = await identity.register(uow, [NewAccount(email, name, password_hash)])
            if isinstance(outcome, Refusal):
                raise outcome
            await _record(uow, PLATFORM, "identity.account_created", encode("acc", outcome.id), {})
            return outcome.id


async def _grant(settings: Settings, email: str, role: Role, slug: str) -> None:
    async with at_home(settings) as house:
        tenant_id = await tenant_id_of(house, slug)
        email = identity_policy.normal_email(email)
        async with house.db.begin(None) as uow:
            account = (await identity.by_email(uow, {email})).get(email)
            if account is None:
                raise Complaint(f"Nobody has the address {email}. Make the account first: velora user create {email} --name …")
            await identity.grant(uow, [Grant(account.id, role, tenant_id)])
            place = PLATFORM if tenant_id is None else tenant_id
            await _record(uow, place, "identity.role_granted", encode("acc", account.id), {"role": role.value})


async def _record(uow: UnitOfWork, place: int, action: str, object_ref: str, detail: dict[str, object]) -> None:
    """Whoever runs commands on this machine may run the installation, and stands in the record as its operator."""
    await audit.record(uow, [audit.Entry(place, _OPERATOR, action, object_ref, detail)])
