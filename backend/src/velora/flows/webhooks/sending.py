"""Deliveries leave: an endpoint is taken in one transaction, sent to outside of any, and each answer settled in another."""

import asyncio
import logging
from typing import Final
from urllib.parse import urlsplit

from velora.flows.webhooks.keeping import unlocked
from velora.flows.webhooks.letters import say_disabled
from velora.flows.webhooks.telling import message_id
from velora.modules.webhooks import service as webhooks
from velora.modules.webhooks.policy import signing
from velora.modules.webhooks.policy.endpoints import Reason
from velora.modules.webhooks.policy.schedule import Lane
from velora.modules.webhooks.policy.verdict import Heard
from velora.modules.webhooks.service import Claimed, Due, Standing
from velora.platform.bus.relaying import trace_of
from velora.platform.house import House
from velora.platform.outbound import Answer, Rules, Unreached
from velora.platform.telemetry import metrics, tracing
from velora.platform.vault import Unreadable

log: Final = logging.getLogger("velora.webhooks")

# A worker gives an endpoint back after so long, so that its turn comes round and a stop is heard.
_A_TURN_SECONDS: Final = 5


async def send_to_quick(house: House) -> int:
    """An endpoint that answered at once last time is sent what is due, in order; how many endpoints, one or none."""
    return await _send_to_one(house, Lane.QUICK)


async def send_to_slow(house: House) -> int:
    """The same for one that dawdled or failed last time."""
    return await _send_to_one(house, Lane.SLOW)


async def _send_to_one(house: House, lane: Lane) -> int:
    async with house.db.read(None) as uow:
        if not await webhooks.is_due(uow, lane):
            return 0
    async with house.db.begin(None) as uow:
        claimed = await webhooks.claim(uow, lane)
        if claimed is not None and not claimed.due:
            await webhooks.let_go(uow, claimed, _NO_REST)
    if claimed is None:
        return 0
    until = asyncio.get_running_loop().time() + _A_TURN_SECONDS
    waiting = list(claimed.due)
    while waiting:
        due = waiting.pop(0)
        headers, heard = await _send(house, claimed, due)
        is_last = not waiting or asyncio.get_running_loop().time() >= until
        claimed = await _settle(house, claimed, due, headers, heard, is_last=is_last)
        if claimed is None or is_last:
            break
    return 1


_NO_REST: Final = Standing(None).rest


async def _send(house: House, claimed: Claimed, due: Due) -> tuple[dict[str, str], Heard]:
    """What was sent besides the body, and what came of it."""
    body = due.body.encode()
    try:
        secrets = [unlocked(house, claimed.endpoint_id, secret) for secret in claimed.secrets]
    except Unreadable as error:
        return {}, Heard(None, "", 0, f"nothing was sent, as the secret cannot be read: {error} Rotate the secret.")
    headers = signing.headers(secrets, message_id(due.event_id), int(house.clock.now().timestamp()), body)
    traceparent = await _trace_of(house, due.event_id) if tracing.is_on() else ""
    with tracing.following("send webhook", [traceparent]):
        answered = await house.outbound.post(claimed.url, body, headers, Rules.of(house.settings))
    match answered:
        case Answer() as answer:
            heard = Heard(answer.status, answer.body, answer.duration_ms, "", answer.retry_after, answer.location)
            metrics.webhook_attempts.labels(f"{answer.status // 100}xx").inc()
        case Unreached() as missed:
            heard = Heard(None, "", missed.duration_ms, missed.why)
            metrics.webhook_attempts.labels("unreached").inc()
    return headers, heard


async def _trace_of(house: House, event_id: int) -> str:
    async with house.db.read(None) as uow:
        return await trace_of(uow, event_id)


async def _settle(house: House, claimed: Claimed, due: Due, headers: dict[str, str], heard: Heard, *, is_last: bool) -> Claimed | None:
    """The endpoint while it may be sent more now; one that needs a rest, is disabled or is another worker's has had its turn."""
    async with house.db.begin(None) as uow:
        standing = await webhooks.settle(uow, claimed, due.event_id, headers, heard)
        if standing.claimed is not None and (is_last or standing.rest):
            await webhooks.let_go(uow, standing.claimed, standing.rest)
        if standing.disabled is not Reason.NONE:
            await say_disabled(uow, claimed.owner, claimed.endpoint_id, urlsplit(claimed.url).hostname or "", standing.disabled)
            log.warning("Webhook endpoint %s is disabled: %s", claimed.endpoint_id, standing.disabled.value)
    return None if standing.rest else standing.claimed
