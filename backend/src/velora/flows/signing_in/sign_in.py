"""Registering, signing in and out, and what a person sees of themselves. Passwords are compared outside any transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from velora.flows.shopping.carts import merge_at_sign_in
from velora.flows.signing_in import attempts, session
from velora.kernel.errors import Invalid, NotFound, Refusal
from velora.kernel.ids import encode
from velora.kernel.principal import Principal, Role
from velora.modules.identity import policy
from velora.modules.identity import service as identity
from velora.modules.identity.errors import AccountBlocked, WrongCredentials
from velora.modules.identity.policy import PasswordCost
from velora.modules.identity.service import AccountFacts, DemoFacts, NewAccount, SessionFacts
from velora.modules.sellers import service as sellers
from velora.modules.sellers.service import SellerFacts
from velora.modules.tenants import service as tenants
from velora.modules.tenants.service import TenantFacts
from velora.platform.db.errors import Unavailable
from velora.platform.house import House
from velora.platform.tokens import digest_of, fresh_token


@dataclass(frozen=True)
class Browser:
    """Where a request comes from: the storefront it is at (None: the installation's own address) and what it sent.

    `former_token` is of the session that the browser carried; signing in ends it, so that none outlives a change of person.
    `guest_key` is of the cart that was filled before; it becomes the account's.
    """

    tenant_id: int | None
    address: str
    user_agent: str
    former_token: str | None = None
    guest_key: str = ""


@dataclass(frozen=True)
class SignedIn:
    """`token` goes into the browser's cookie and nowhere else."""

    token: str
    caller: Principal


@dataclass(frozen=True)
class Me:
    """Who is asking, in words; a guest has no account."""

    account: AccountFacts | None
    roles: Sequence[Role]
    sellers: Sequence[SellerFacts]
    tenant: TenantFacts | None


def password_cost(house: House) -> PasswordCost:
    """What this installation spends on one password."""
    return PasswordCost(house.settings.password_rounds, house.settings.password_memory_kib)


async def register(house: House, *, email: str, password: str, name: str, browser: Browser) -> SignedIn:
    """The person has an account, is a buyer of the storefront they came to, and is signed in.

    Raises Invalid, EmailTaken, Throttled.
    """
    email = policy.normal_email(email)
    _raise_if_wrong(policy.check_name(name) or policy.check_password(password, email))
    await attempts.begin_registration(house, browser.address)
    password_hash = await identity.hash_password(password, password_cost(house))
    async with house.db.begin(None) as uow:
        [outcome] = await identity.register(uow, [NewAccount(email, name, password_hash, browser.tenant_id)])
    if isinstance(outcome, Refusal):
        raise outcome
    return await _begin_session(house, outcome.id, browser)


async def sign_in(house: House, *, email: str, password: str, browser: Browser) -> SignedIn:
    """Whoever knows the password is signed in, and is a buyer of this storefront from now on.

    Takes as long for an address without an account. Raises WrongCredentials, AccountBlocked, Throttled.
    """
    try:
        email = policy.normal_email(email)
    except Invalid:
        raise WrongCredentials from None
    await attempts.begin_sign_in(house, email, browser.address)
    try:
        async with house.db.read(None) as uow:
            held = await identity.credentials(uow, email)
    except Unavailable:
        await attempts.sign_in_undecided(house, email, browser.address)
        raise
    check = await identity.check_password(held.password_hash if held else None, password, password_cost(house))
    if held is None or not check.fits:
        raise WrongCredentials
    if not policy.may_sign_in(held.state):
        raise AccountBlocked
    await attempts.sign_in_succeeded(house, email, browser.address)
    return await _begin_session(house, held.account.id, browser, fresh_hash=check.fresh_hash)


async def sign_out(house: House, caller: Principal) -> None:
    """The session is over, here and in every copy of its cookie. A guest is left as they are."""
    if caller.account_id is not None and caller.session_id is not None:
        await close_session(house, caller, caller.session_id)


async def sessions(house: House, caller: Principal) -> list[SessionFacts]:
    """Every browser in which the caller is signed in, the last used first."""
    if caller.account_id is None:
        return []
    async with house.db.read(None) as uow:
        return await identity.sessions(uow, {caller.account_id})


async def close_session(house: House, caller: Principal, session_id: int) -> None:
    """One of the caller's own sessions is over. Raises NotFound for any other."""
    if caller.account_id is None:
        raise NotFound("session", encode("ses", session_id))
    async with house.db.begin(None) as uow:
        closed = await identity.close_sessions(uow, caller.account_id, {session_id})
    if not closed:
        raise NotFound("session", encode("ses", session_id))
    await session.forget(house, [one.token_digest for one in closed])


async def me(house: House, caller: Principal) -> Me:
    """Who is asking, with the names of their sellers and of the storefront."""
    async with house.db.read(None) as uow:
        account = (await identity.accounts(uow, {caller.account_id})).get(caller.account_id) if caller.account_id is not None else None
        names = await sellers.facts(uow, caller.seller_ids) if caller.seller_ids else {}
        tenant = (await tenants.by_id(uow, {caller.tenant_id})).get(caller.tenant_id) if caller.tenant_id is not None else None
    return Me(account, sorted(caller.roles), sorted(names.values(), key=lambda seller: seller.name), tenant)


async def demo_accounts(house: House) -> list[DemoFacts]:
    """The accounts that the sign-in page offers. Raises NotFound unless this is a demo."""
    if not house.settings.demo:
        raise NotFound("demo", "world")
    async with house.db.read(None) as uow:
        return await identity.demo_accounts(uow)


async def _begin_session(house: House, account_id: int, browser: Browser, *, fresh_hash: str | None = None) -> SignedIn:
    token = fresh_token()
    async with house.db.begin(None) as uow:
        if fresh_hash is not None:
            await identity.set_password_hash(uow, account_id, fresh_hash)
        if browser.tenant_id is not None:
            await identity.join(uow, [(browser.tenant_id, account_id)])
        former = await identity.end_session(uow, digest_of(browser.former_token)) if browser.former_token else None
        await identity.open_session(
            uow, account_id, token_digest=digest_of(token), tenant_id=browser.tenant_id, user_agent=browser.user_agent
        )
    await session.forget(house, [former] if former else [])
    if browser.tenant_id is not None and browser.guest_key:
        await merge_at_sign_in(house, browser.guest_key, account_id, browser.tenant_id)
    caller = await session.principal(house, token, browser.tenant_id)
    assert caller is not None, "the session was committed a moment ago"
    return SignedIn(token, caller)


def _raise_if_wrong(refusal: Invalid | None) -> None:
    if refusal is not None:
        raise refusal
