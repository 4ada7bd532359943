"""Who may call a route stands in its signature: one that asks for nobody is public, and is listed here."""

from collections.abc import Iterator

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from velora.apps.api import ROUTERS
from velora.platform.web import callers

ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]

PUBLIC = {
    "GET /categories",
    "GET /demo/accounts",
    "GET /dev/mail",
    "GET /dev/mail/{key}",
    "GET /files/{ticket}",
    "GET /gateways/{gateway}/returns/{intent_id}",
    "GET /marketplaces",
    "GET /photos/{seller}/{photo}/{file}",
    "GET /products/{slug}",
    "GET /search",
    "GET /search/suggest",
    "GET /sellers/{slug}",
    "GET /storefront",
    "GET /storefront/home",
    "POST /gateways/{gateway}/notices",
    "POST /sandbox/challenges/{ref}",
    "POST /sandbox/tokens",
    "PUT /files/{ticket}",
}
CONSOLES = ("/admin", "/finance", "/platform", "/seller/")


def asked(dependant: Dependant) -> Iterator[object]:
    """Everything that a route depends on, all the way down."""
    for one in dependant.dependencies:
        yield one.call
        yield from asked(one)


def name_of(route: APIRoute) -> str:
    return f"{' '.join(sorted(route.methods or ()))} {route.path}"


def test_routes_that_do_not_ask_who_is_calling_are_public_on_purpose():
    assert {name_of(route) for route in ROUTES if callers._caller not in asked(route.dependant)} == PUBLIC


@pytest.mark.parametrize("route", [route for route in ROUTES if route.path.startswith(CONSOLES)], ids=name_of)
def test_a_console_asks_for_somebody_who_is_signed_in(route: APIRoute):
    assert callers._signed_in in asked(route.dependant)
