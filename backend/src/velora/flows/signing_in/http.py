"""Routes of signing in."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from velora.flows.signing_in import sign_in
from velora.flows.signing_in.sign_in import Browser, SignedIn
from velora.kernel.errors import Invalid, NotFound
from velora.kernel.principal import Principal
from velora.modules.identity.errors import AccountBlocked, EmailTaken, Throttled, WrongCredentials
from velora.modules.identity.policy import SESSION_LASTS
from velora.modules.tenants.errors import Suspended
from velora.platform.house import House
from velora.platform.tokens import csrf_token
from velora.platform.web import Caller, HouseDep, Schema, address_of, ident, problems
from velora.platform.web import SignedIn as SignedInCaller
from velora.platform.web.callers import CSRF_COOKIE, GUEST_COOKIE, SESSION_COOKIE, BadCsrfToken, NotSignedIn

router = APIRouter(tags=["identity"])

AccountId = Annotated[int, ident("acc")]
SellerId = Annotated[int, ident("sel")]
SessionId = Annotated[int, ident("ses")]


class RegisterIn(Schema):
    email: str = Field(examples=["ada@example.com"])
    password: str = Field(examples=["seven green lamps"])
    name: str = Field(examples=["Ada Lovelace"])


class SignInIn(Schema):
    email: str = Field(examples=["ada@example.com"])
    password: str = Field(max_length=1000, examples=["seven green lamps"])


class AccountOut(Schema):
    id: AccountId
    email: str
    name: str


class OwnSellerOut(Schema):
    id: SellerId
    name: str
    slug: str


class PlaceOut(Schema):
    slug: str
    name: str


class MeOut(Schema):
    """Who is asking: a guest has no account. `roles` are those at this storefront and across all of them."""

    account: AccountOut | None
    roles: list[str] = Field(examples=[["buyer"]])
    sellers: list[OwnSellerOut]
    tenant: PlaceOut | None


class SessionOut(Schema):
    id: SessionId
    created_at: datetime
    last_seen_at: datetime
    user_agent: str
    current: bool


class SessionsOut(Schema):
    data: list[SessionOut]


class DemoAccountOut(Schema):
    email: str
    name: str
    role: str
    where: str


class DemoAccountsOut(Schema):
    password: str
    data: list[DemoAccountOut]


@router.post("/auth/register", status_code=201, responses=problems(Invalid, EmailTaken, Throttled, Suspended, BadCsrfToken))
async def register(body: RegisterIn, request: Request, response: Response, caller: Caller, house: HouseDep) -> MeOut:
    """Make an account that works on every marketplace here, and sign in with it."""
    signed_in = await sign_in.register(house, email=body.email, password=body.password, name=body.name, browser=_browser(request, caller))
    return await _welcome(house, response, signed_in)


@router.post("/auth/sign-in", responses=problems(WrongCredentials, AccountBlocked, Throttled, Suspended, BadCsrfToken))
async def sign_in_with_password(body: SignInIn, request: Request, response: Response, caller: Caller, house: HouseDep) -> MeOut:
    """Begin a session in this browser; the one it had before ends."""
    signed_in = await sign_in.sign_in(house, email=body.email, password=body.password, browser=_browser(request, caller))
    return await _welcome(house, response, signed_in)


@router.post("/auth/sign-out", status_code=204, responses=problems(Suspended, BadCsrfToken))
async def sign_out(response: Response, caller: Caller, house: HouseDep) -> None:
    """End the session of this browser."""
    await sign_in.sign_out(house, caller)
    for cookie in (SESSION_COOKIE, CSRF_COOKIE):
        response.delete_cookie(cookie, secure=house.settings.secure_cookies, samesite="lax")


@router.get("/auth/me", responses=problems(Suspended))
async def me(caller: Caller, house: HouseDep) -> MeOut:
    """Who is asking, in which roles; also for guests."""
    return await _me(house, caller)


@router.get("/auth/sessions", responses=problems(NotSignedIn, Suspended))
async def list_sessions(caller: SignedInCaller, house: HouseDep) -> SessionsOut:
    """Every browser in which the caller is signed in, the last used first."""
    found = await sign_in.sessions(house, caller)
    return SessionsOut(
        data=[
            SessionOut(
                id=one.id,
                created_at=one.created_at,
                last_seen_at=one.last_seen_at,
                user_agent=one.user_agent,
                current=one.id == caller.session_id,
            )
            for one in found
        ]
    )


@router.delete("/auth/sessions/{session_id}", status_code=204, responses=problems(NotSignedIn, NotFound, Suspended, BadCsrfToken))
async def close_session(session_id: SessionId, caller: SignedInCaller, house: HouseDep) -> None:
    """Sign out another browser of the caller, or this one."""
    await sign_in.close_session(house, caller, session_id)


@router.get("/demo/accounts", responses=problems(NotFound))
async def list_demo_accounts(house: HouseDep) -> DemoAccountsOut:
    """Accounts of every role to try, in demo mode only."""
    found = await sign_in.demo_accounts(house)
    return DemoAccountsOut(
        password=house.settings.demo_password,
        data=[DemoAccountOut(email=one.email, name=one.name, role=one.role, where=one.place) for one in found],
    )


async def _welcome(house: House, response: Response, signed_in: SignedIn) -> MeOut:
    """The cookies of a fresh session. The page may read the second one, to say it in X-CSRF-Token."""
    secure, lasts = house.settings.secure_cookies, int(SESSION_LASTS.total_seconds())
    response.set_cookie(SESSION_COOKIE, signed_in.token, max_age=lasts, httponly=True, secure=secure, samesite="lax")
    csrf = csrf_token(house.secret_key, signed_in.token)
    response.set_cookie(CSRF_COOKIE, csrf, max_age=lasts, httponly=False, secure=secure, samesite="lax")
    return await _me(house, signed_in.caller)


async def _me(house: House, caller: Principal) -> MeOut:
    found = await sign_in.me(house, caller)
    return MeOut(
        account=AccountOut(id=found.account.id, email=found.account.email, name=found.account.name) if found.account else None,
        roles=[role.value for role in found.roles],
        sellers=[OwnSellerOut(id=seller.id, name=seller.name, slug=seller.slug) for seller in found.sellers],
        tenant=PlaceOut(slug=found.tenant.slug, name=found.tenant.name) if found.tenant else None,
    )


def _browser(request: Request, caller: Principal) -> Browser:
    return Browser(
        tenant_id=caller.tenant_id,
        address=address_of(request),
        user_agent=request.headers.get("user-agent", ""),
        former_token=request.cookies.get(SESSION_COOKIE),
        guest_key=request.cookies.get(GUEST_COOKIE, ""),
    )
