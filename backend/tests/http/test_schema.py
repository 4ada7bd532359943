"""The API document against the served API: whatever the document allows, nobody gets a server error or an answer it does not know.

Each role asks for things that exist where an address names one, and for whatever the document lets through otherwise.
"""

import os
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from tests.builders.market import Market, a_market, goods
from tests.builders.people import an_account
from tests.builders.search import built
from velora.apps.api import create_app
from velora.apps.bench.checkout import serving
from velora.apps.front_desk import ProcessDesk
from velora.apps.migrations.upgrading import upgrade
from velora.apps.wiring import open_house
from velora.flows.house import TradingHouse
from velora.kernel.ids import encode
from velora.kernel.principal import Role
from velora.modules.identity import service as identity
from velora.modules.identity.service import Grant
from velora.modules.sellers import service as sellers
from velora.modules.sellers.policy import StaffRole
from velora.platform.db.engine import make_engine
from velora.platform.settings import Settings
from velora.platform.tokens import csrf_token, digest_of, fresh_token

EXAMPLES: Final = int(os.environ.get("VELORA_SCHEMA_EXAMPLES", "3"))  # more by hand, a few in every run
CHECKS: Final = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ROLES: Final = ("guest", "buyer", "seller", "finance")

schema = schemathesis.openapi.from_dict(
    create_app(lambda: open_house(Settings()), ProcessDesk).openapi(),
    config=schemathesis.Config.from_dict({"generation": {"max-examples": EXAMPLES, "deterministic": True, "database": "none"}}),
).exclude(path="/api/v1/auth/sign-out")  # whoever signs out is nobody for the rest of the run


@dataclass(frozen=True)
class Served:
    """Where the API is, how each role signs its requests, and the ids of what is there."""

    address: str
    headers: Mapping[str, Mapping[str, str]]
    known: Mapping[str, str]


@pytest.fixture(scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Served]:
    """A marketplace where lamps are sold, on SQLite, and one person of each role."""
    home: Path = tmp_path_factory.mktemp("served")
    settings = Settings(home=home)
    engine = make_engine(settings.database_address)
    await upgrade(engine)
    await engine.dispose()
    async with open_house(settings) as house:
        market = await a_market(house.db)
        async with house.db.begin(None) as uow:
            lamp = await goods(uow, market, stock=1_000)
        await built(house.search, [])
        headers = {role: await signed_in(house, market, role) for role in ROLES}
    known = {
        "seller_id": encode("sel", market.seller.id),
        "tenant": market.tenant.slug,
        "tenant_id": encode("ten", market.tenant.id),
        "variant_id": encode("var", lamp.variant_ids[0]),
        "product_id": encode("prd", lamp.product_id),
    }
    async with serving(settings) as (port, _):
        yield Served(f"http://127.0.0.1:{port}", headers, known)


async def signed_in(house: TradingHouse, market: Market, role: str) -> dict[str, str]:
    """The headers of a browser in which somebody of this role is signed in at the market."""
    host = {"Host": f"{market.tenant.slug}.localhost"}
    if role == "guest":
        return host
    async with house.db.begin(None) as uow:
        person = await an_account(uow)
        if role == "buyer":
            await identity.grant(uow, [Grant(person.id, Role.BUYER, market.tenant.id)])
        elif role == "seller":
            await sellers.hire(uow, market.seller.id, person.id, StaffRole.OWNER)
        else:
            await identity.grant(uow, [Grant(person.id, Role.FINANCE, None)])
        token = fresh_token()
        await identity.open_session(uow, person.id, token_digest=digest_of(token), tenant_id=market.tenant.id, user_agent="test")
    csrf = csrf_token(house.secret_key, token)
    return host | {"Cookie": f"velora_session={token}; velora_csrf={csrf}", "X-CSRF-Token": csrf}


@schema.parametrize()  # pyright: ignore[reportUntypedFunctionDecorator] -- the library declares none
@settings(
    max_examples=EXAMPLES, derandomize=True, deadline=None, database=None,
    phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
def test_no_role_gets_a_server_error_or_an_answer_that_the_document_does_not_know(case: schemathesis.Case[Any], served: Served):
    for role in ROLES:
        if role != "guest" and case.path_parameters:
            case.path_parameters = {name: served.known.get(name, value) for name, value in case.path_parameters.items()}
        reply = case.call(base_url=served.address, headers=dict(served.headers[role]), timeout=30)
        case.validate_response(reply, checks=CHECKS)


def test_a_form_whose_parts_cannot_be_told_apart_is_refused_as_such(served: Served):
    reply = httpx.post(
        f"{served.address}/api/v1/seller/{served.known['seller_id']}/imports",
        headers={**served.headers["seller"], "Content-Type": "multipart/form-data; boundary=x"},
        content=b"--x\r\nNone--x--\r\n",
    )
    assert (reply.status_code, reply.json()["code"]) == (422, "request.invalid")
    assert reply.json()["detail"] == "The form's parts cannot be told apart. Send multipart/form-data."
