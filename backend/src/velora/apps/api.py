"""The HTTP application: every module's and flow's routes under /api/v1, and the web application beside them."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import FileResponse
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

import velora.flows.cancellation.http
import velora.flows.catalog_import.http
import velora.flows.checkout.http
import velora.flows.commission_rules.http
import velora.flows.disputes.http
import velora.flows.documents.http
import velora.flows.files.http
import velora.flows.four_eyes.http
import velora.flows.fulfilment.http
import velora.flows.fx.http
import velora.flows.gateway_notices.http
import velora.flows.invoice_terms.http
import velora.flows.merchandising.http
import velora.flows.merchandising.synonyms.http
import velora.flows.notices.http
import velora.flows.offering.http
import velora.flows.onboarding.http
import velora.flows.operating.http
import velora.flows.payout_run.http
import velora.flows.pictures.http
import velora.flows.receipts.http
import velora.flows.refund.http
import velora.flows.screens.finance.books.http
import velora.flows.screens.finance.journals.http
import velora.flows.screens.finance.payments.http
import velora.flows.screens.finance.seals.http
import velora.flows.screens.finance.trails.http
import velora.flows.screens.orders.http
import velora.flows.screens.seller.http
import velora.flows.screens.storefront.http
import velora.flows.shopping.http
import velora.flows.signing_in.http
import velora.flows.store_credit.http
import velora.flows.suspense.http
import velora.flows.transfers.http
import velora.flows.watching.http
import velora.flows.webhooks.http
import velora.flows.webhooks.sellers.http
import velora.modules.audit.http
import velora.modules.catalog.http
import velora.modules.payments.http
import velora.modules.tenants.http
from velora.apps.health import Health
from velora.apps.operations import probes
from velora.apps.process import spare_the_collector
from velora.flows.house import TradingHouse
from velora.flows.merchandising.counting import writing_behind
from velora.platform.bus.asyncapi import document as events_told
from velora.platform.web import FrontDesk
from velora.platform.web.limits import Limits
from velora.platform.web.middleware import RequestId, Watched, page_policy
from velora.platform.web.problems import PROBLEM_SCHEMA, install
from velora.platform.web.straight import StraightWay

API: Final = "/api/v1"

# The framework's own telemetry tells what people look for, and tokens in addresses with it: ours (platform/telemetry) names the route.
_OF_OUR_OWN: Final = TelemetryConfig(tracing=False, metrics=False, logs=False)

# What is asked most is answered without the framework's generic way: looking for something, and an order's own way, which has no limit.
ORDERING: Final = (velora.flows.checkout.http.place_order, velora.flows.shopping.http.add_line, velora.flows.shopping.http.read_cart)
BUSIEST: Final = (*ORDERING, velora.flows.screens.storefront.http.search, velora.flows.screens.storefront.http.suggest)

# Routes are tried in this order, so what is asked most stands first.
ROUTERS: Final[tuple[APIRouter, ...]] = (
    velora.flows.checkout.http.router,
    velora.flows.shopping.http.router,
    velora.flows.signing_in.http.router,
    velora.modules.tenants.http.router,
    velora.modules.catalog.http.router,
    velora.modules.payments.http.router,
    velora.modules.payments.http.account_router,
    velora.flows.store_credit.http.account_router,
    velora.flows.screens.orders.http.router,
    velora.flows.cancellation.http.router,
    velora.flows.catalog_import.http.router,
    velora.flows.fulfilment.http.router,
    velora.flows.offering.http.router,
    velora.flows.pictures.http.router,
    velora.flows.files.http.router,
    velora.flows.screens.seller.http.router,
    velora.flows.screens.storefront.http.router,
    velora.flows.refund.http.router,
    velora.flows.payout_run.http.router,
    velora.flows.commission_rules.http.router,
    velora.flows.screens.finance.books.http.router,
    velora.flows.screens.finance.journals.http.router,
    velora.flows.screens.finance.payments.http.router,
    velora.flows.screens.finance.seals.http.router,
    velora.flows.screens.finance.trails.http.router,
    velora.flows.store_credit.http.router,
    velora.flows.suspense.http.router,
    velora.flows.receipts.http.router,
    velora.flows.transfers.http.router,
    velora.flows.invoice_terms.http.router,
    velora.flows.disputes.http.router,
    velora.flows.documents.http.router,
    velora.flows.fx.http.router,
    velora.flows.four_eyes.http.router,
    velora.flows.onboarding.http.router,
    velora.flows.operating.http.router,
    velora.flows.watching.http.router,
    velora.flows.merchandising.synonyms.http.router,
    velora.flows.merchandising.http.router,
    velora.flows.webhooks.http.router,
    velora.flows.webhooks.sellers.http.router,
    velora.modules.audit.http.router,
    velora.flows.notices.http.router,
    velora.flows.gateway_notices.http.router,
)


def create_app(
    opening: Callable[[], AbstractAsyncContextManager[TradingHouse]],
    desk: Callable[[TradingHouse], FrontDesk],
    *,
    health: Health | None = None,
    web: Path | None = None,
    others: Mapping[str, Sequence[str]] | None = None,
) -> FastAPI:
    """The application; its house is opened when it starts serving, and `health` told of it.

    `web` is the folder of the built web application, `others` whom its pages may load from besides us.
    """

    health = health or Health()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with opening() as house:
            app.state.house = house
            app.state.desk = desk(house)
            health.opened(house)
            spare_the_collector()
            async with writing_behind(house):
                preparing = asyncio.create_task(house.search.prepare())
                yield
                await preparing

    app = FastAPI(
        title="Velora", version="1.0.0", lifespan=lifespan, openapi_url="/api/openapi.json", docs_url="/api/docs", redoc_url=None,
        telemetry=_OF_OUR_OWN,
    )  # fmt: skip
    install(app)
    app.add_middleware(StraightWay, routes=_with_paths(BUSIEST))
    app.add_middleware(Limits, free=frozenset(path for path, _ in _with_paths(ORDERING)))
    app.add_middleware(RequestId, policy=page_policy(others))
    app.add_middleware(Watched, templates=_templates())
    for router in ROUTERS:
        app.include_router(router, prefix=API)
    app.router.routes += probes(health)
    app.add_api_route("/api/asyncapi.json", events_told, include_in_schema=False)
    app.openapi = lambda: _openapi(app)
    if web is not None and (web / "index.html").exists():
        _serve_web(app, web)
    return app


def _templates() -> dict[Callable[..., Any], str]:
    """The address of every route of the API, by the function that answers."""
    return {route.endpoint: API + route.path for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)}


def _with_paths(endpoints: Sequence[Callable[..., Any]]) -> list[tuple[str, APIRoute]]:
    """The routes that these functions answer, with their paths."""
    routes = (route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute))
    return [(API + route.path, route) for route in routes if route.endpoint in endpoints]


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        schema = get_openapi(
            title="Velora",
            version=app.version,
            openapi_version="3.1.0",
            description="A multi-tenant marketplace. Amounts are minor units with a currency, ids carry their type, errors are problems.",
            routes=app.routes,
        )
        schemas = schema.setdefault("components", {}).setdefault("schemas", {})
        schemas["Problem"] = PROBLEM_SCHEMA
        for path in schema["paths"].values():
            for operation in path.values():
                if "422" in operation.get("responses", {}):
                    operation["responses"]["422"]["content"] = operation["responses"]["422"]["content"] | {
                        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
                    }
                    operation["responses"]["422"]["content"].pop("application/json", None)
        app.openapi_schema = schema
    return app.openapi_schema


def _serve_web(app: FastAPI, web: Path) -> None:
    """The built files, and for every other address the page that routes by itself."""
    files = StaticFiles(directory=web)
    page = web / "index.html"
    built = {file.relative_to(web).as_posix() for file in web.rglob("*") if file.is_file()}

    @app.get("/{path:path}", include_in_schema=False)
    async def page_or_file(path: str, request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        if path.startswith("api/"):
            raise HTTPException(404)
        if path in built:
            reply = await files.get_response(path, request.scope)
            if path.startswith("assets/"):
                reply.headers["cache-control"] = "public, max-age=31536000, immutable"
            return reply
        return FileResponse(page, headers={"cache-control": "no-cache"})
