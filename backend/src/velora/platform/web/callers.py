"""Who is calling and from which storefront, as types in a route's signature."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, Protocol

from fastapi import Depends, Query, Request, Response

from velora.kernel.errors import Forbidden, NotFound, Refusal
from velora.kernel.ids import encode
from velora.kernel.principal import Principal, Role
from velora.platform.db.group_commit import Writes
from velora.platform.house import House
from velora.platform.telemetry.surroundings import note

SESSION_COOKIE = "velora_session"
CSRF_COOKIE = "velora_csrf"
CSRF_HEADER = "x-csrf-token"
GUEST_COOKIE = "velora_guest"
CURRENCY_COOKIE = "velora_currency"
TENANT_HEADER = "x-velora-tenant"
_TENANT = "velora.tenant"

_GUEST_FOR: Final = 365 * 24 * 3600  # seconds


@dataclass(frozen=True)
class TenantContext:
    """The storefront that a request came to. `currency` is its main one, or (`further`) the other of `currencies` that the caller chose."""

    id: int
    slug: str
    name: str
    currency: str
    locale: str
    tax_mode: str
    country: str
    escrow_days: int
    charged: str = "at_order"
    currencies: tuple[str, ...] = ()
    further: bool = False

    @property
    def chosen(self) -> str | None:
        """The further currency that the caller chose; None in the main one."""
        return self.currency if self.further else None


class FrontDesk(Protocol):
    """Knows the storefronts and the callers; put together by apps from the modules that own them."""

    async def tenant(self, host: str, slug: str | None) -> TenantContext | None:
        """The storefront of this host, or of this slug where a header names one. Raises the refusal of a suspended one."""
        ...

    async def principal(self, token: str, tenant_id: int | None) -> Principal | None:
        """Who this session token belongs to, with the roles it has here; None when it is not, or no longer, valid."""
        ...

    def csrf_token(self, token: str) -> str:
        """What the header must say for this session token."""
        ...


@dataclass(unsafe_hash=True)
class UnknownHost(Refusal):
    code = "tenants.unknown_host"
    status = 404
    title = "No marketplace here"
    host: str

    def detail(self) -> str:
        return f"No marketplace has the address {self.host}. /api/v1/marketplaces lists those there are; or send X-Velora-Tenant."


@dataclass(unsafe_hash=True)
class NotSoldIn(Refusal):
    code = "tenants.not_sold_in"
    status = 422
    title = "Not sold in this currency"
    currency: str
    currencies: tuple[str, ...]

    def detail(self) -> str:
        return f"This marketplace does not sell in {self.currency}. Choose one of {', '.join(self.currencies)}."


@dataclass(unsafe_hash=True)
class NotSignedIn(Refusal):
    code = "identity.not_signed_in"
    status = 401
    title = "Sign in first"

    def detail(self) -> str:
        return "This needs an account. Sign in, then do the same again."


@dataclass(unsafe_hash=True)
class BadCsrfToken(Refusal):
    code = "identity.bad_csrf_token"
    status = 403
    title = "Reload the page"

    def detail(self) -> str:
        return "The request did not carry the X-CSRF-Token of this session (cookie velora_csrf). Reload the page and do it again."


async def house_of(request: Request) -> Any:  # a House, and with its gateway a TradingHouse: the route says which it needs
    return request.app.state.house


async def _writes(request: Request) -> Writes:
    return request.app.state.house.writes


def remember_guest(reply: Response, house: House, guest_key: str) -> None:
    """The browser knows this guest's key from now on; pages cannot read it."""
    reply.set_cookie(GUEST_COOKIE, guest_key, max_age=_GUEST_FOR, httponly=True, samesite="lax", secure=house.settings.secure_cookies)


async def tenant_or_none(request: Request) -> TenantContext | None:
    """The storefront, or None on the installation's own address."""
    if _TENANT not in request.scope:
        desk: FrontDesk = request.app.state.desk
        found = await desk.tenant(request.headers.get("host", ""), request.headers.get(TENANT_HEADER))
        request.scope[_TENANT] = found
        if found is not None:
            note(tenant=found.slug)
    return request.scope[_TENANT]


async def _tenant(request: Request) -> TenantContext:
    tenant = await tenant_or_none(request)
    if tenant is None:
        raise UnknownHost(request.headers.get(TENANT_HEADER) or request.headers.get("host", ""))
    return tenant


async def _selling(
    request: Request,
    tenant: Annotated[TenantContext, Depends(_tenant)],
    currency: Annotated[
        str | None, Query(max_length=3, description="One that the marketplace sells in; its main one when left out")
    ] = None,
) -> TenantContext:
    """The storefront in the currency of the parameter, else of the cookie, else its own. A cookie may be older than what is sold in."""
    if currency is not None and currency not in tenant.currencies:
        raise NotSoldIn(currency, tenant.currencies)
    wished = currency or request.cookies.get(CURRENCY_COOKIE, tenant.currency)
    if wished == tenant.currency or wished not in tenant.currencies:
        return tenant
    return replace(tenant, currency=wished, further=True)


async def _caller(request: Request) -> Principal:
    tenant = await tenant_or_none(request)
    tenant_id = tenant.id if tenant else None
    guest_key = request.cookies.get(GUEST_COOKIE, "")
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        desk: FrontDesk = request.app.state.desk
        principal = await desk.principal(token, tenant_id)
        if principal is not None:
            if request.method not in ("GET", "HEAD", "OPTIONS") and request.headers.get(CSRF_HEADER) != desk.csrf_token(token):
                raise BadCsrfToken
            return principal
    return Principal(tenant_id=tenant_id, guest_key=guest_key)


async def _signed_in(caller: Annotated[Principal, Depends(_caller)]) -> Principal:
    if caller.account_id is None:
        raise NotSignedIn
    return caller


def _with_role(role: Role, action: str) -> Callable[[Principal], Awaitable[Principal]]:
    async def check(caller: Annotated[Principal, Depends(_signed_in)]) -> Principal:
        if not caller.has(role) and not caller.has(Role.SUPER_ADMIN):
            raise Forbidden(action)
        return caller

    return check


def address_of(request: Request) -> str:
    """The network address that the request came from, empty where the server does not know it: for the record of who did what."""
    return request.client.host if request.client else ""


def acting_for_seller(caller: Principal, seller_id: int) -> None:
    """Raises NotFound unless the caller is staff of this seller: others need not know that it exists."""
    if seller_id not in caller.seller_ids and not caller.has(Role.SUPER_ADMIN):
        raise NotFound("seller", encode("sel", seller_id))


HouseDep = Annotated[House, Depends(house_of)]
WritesDep = Annotated[Writes, Depends(_writes)]
Tenant = Annotated[TenantContext, Depends(_tenant)]
Selling = Annotated[TenantContext, Depends(_selling)]
Caller = Annotated[Principal, Depends(_caller)]
SignedIn = Annotated[Principal, Depends(_signed_in)]
SellerStaff = Annotated[Principal, Depends(_with_role(Role.SELLER, "work in the seller portal"))]
MarketplaceAdmin = Annotated[Principal, Depends(_with_role(Role.MARKETPLACE_ADMIN, "run this marketplace"))]
FinanceAdmin = Annotated[Principal, Depends(_with_role(Role.FINANCE, "see the finance console"))]
SuperAdmin = Annotated[Principal, Depends(_with_role(Role.SUPER_ADMIN, "run this installation"))]
CALLER_REFUSALS: Any = (NotSignedIn, BadCsrfToken, UnknownHost)
