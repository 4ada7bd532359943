"""Stripe's script for a browser that has no way to Stripe: a double of our own, in frames of another origin as Stripe's are.

It shows that the page's policy, look and words fit such frames. What is written in them goes to localstripe as a card and is never
seen by the page. What only Stripe's real script can show stands in docs/stripe.md.
"""

from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl

from playwright.async_api import BrowserContext, Route

from tests.builders.stripe_double import StripeDouble

HERE: Final = Path(__file__).parent
BANK: Final = """<!doctype html><title>A bank</title><h1>Is this you?</h1>
<a href="?says=yes">Yes</a> <a href="?says=no">No</a>"""


async def let_it_reach_stripe(context: BrowserContext, double: StripeDouble) -> None:
    """The script, Stripe's API and a bank are there for every page of this browser."""

    async def script(route: Route) -> None:
        name = "field.html" if "field.html" in route.request.url else "stripe.js"
        await route.fulfill(path=HERE / name)

    async def api(route: Route) -> None:
        body = dict(parse_qsl(route.request.post_data or ""))
        assert body.pop("key").startswith("pk_test_")
        made = await double.post("/v1/payment_methods", body)
        await route.fulfill(json=made, headers={"access-control-allow-origin": "*"})

    async def bank(route: Route) -> None:
        ref, _, said = route.request.url.removeprefix("https://bank.example/3ds/").partition("?says=")
        if not said:
            await route.fulfill(body=BANK, content_type="text/html")
            return
        await double.bank_says(ref, approved=said == "yes")
        await route.fulfill(body=f'<meta http-equiv="refresh" content="0; url={double.way_back(ref)}">', content_type="text/html")

    await context.route("https://js.stripe.com/**", script)
    await context.route("https://api.stripe.com/v1/payment_methods", api)
    await context.route("https://bank.example/**", bank)
