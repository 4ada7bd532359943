"""A request with an Idempotency-Key is recognised, done and remembered in one transaction, so it is done once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from velora.kernel.errors import Refusal
from velora.kernel.principal import Principal
from velora.platform.db import UnitOfWork, idempotency
from velora.platform.db.idempotency import Asked, Keyed, Replay

T = TypeVar("T")
Done = TypeVar("Done")


@dataclass(frozen=True)
class Once(Generic[T]):
    """What is asked, by whom, under which key."""

    tenant_id: int
    by: Principal
    asked: Asked
    item: T

    @property
    def keyed(self) -> Keyed:
        who = f"account:{self.by.account_id}" if self.by.account_id is not None else f"guest:{self.by.guest_key}"
        return Keyed(self.tenant_id, who, self.asked, 0)


async def once(
    uow: UnitOfWork,
    requests: Sequence[Once[T]],
    act: Callable[[UnitOfWork, Sequence[T]], Awaitable[Sequence[Done | Refusal]]],
    said: Callable[[Done], Mapping[str, object]],
) -> list[Done | Replay | Refusal]:
    """Each request that is new is acted on; one that was answered before is a Replay of what was `said` then.

    A refusal is not remembered: the same key may ask again.
    """
    begun = await idempotency.begin(uow, [one.keyed for one in requests], recovery_point="started")
    answers: dict[int, Done | Replay | Refusal] = {i: one for i, one in enumerate(begun) if isinstance(one, Replay | Refusal)}
    fresh = [i for i in range(len(requests)) if i not in answers]
    outcomes = dict(zip(fresh, await act(uow, [requests[i].item for i in fresh]), strict=True)) if fresh else {}
    await idempotency.forget(uow, [requests[i].keyed.identity for i, one in outcomes.items() if isinstance(one, Refusal)])
    done = {requests[i].keyed.identity: (200, said(one)) for i, one in outcomes.items() if not isinstance(one, Refusal)}
    idempotency.finish(uow, done)
    answers |= outcomes
    return [answers[i] for i in range(len(requests))]
