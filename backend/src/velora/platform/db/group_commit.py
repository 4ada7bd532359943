"""Group commit without a timer: what arrives while the last transaction commits goes into the next one."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, Final, Generic, TypeVar

from velora.kernel.errors import Refusal
from velora.platform.db.database import Database
from velora.platform.db.errors import Deadlock
from velora.platform.db.uow import UnitOfWork
from velora.platform.telemetry import metrics, tracing

I = TypeVar("I")  # noqa: E741 -- item, as in the design's words
O = TypeVar("O")  # noqa: E741 -- outcome

_LARGEST_BATCH: Final = 256
_TRIES: Final = 8

Phase = Callable[[UnitOfWork, Sequence[I]], Awaitable[Sequence[O | Refusal]]]
Batch = Callable[[Sequence[I]], Awaitable[Sequence[O]]]


class GroupCommit(Generic[I, O]):
    """Items handed in one by one run together; each caller gets its own outcome.

    When a batch fails as a whole, its items run one by one, so a poisonous one fails alone.
    """

    def __init__(self, run: Batch[I, O], *, largest: int = _LARGEST_BATCH, name: str = "other") -> None:
        self._run = run
        self._name = name
        self._sizes = metrics.batches.labels(name)
        self._largest = largest
        self._waiting: list[tuple[I, asyncio.Future[O], str]] = []
        self._worker: asyncio.Task[None] | None = None

    async def submit(self, item: I) -> O:
        """The outcome of this item, after the transaction that holds it has committed."""
        future: asyncio.Future[O] = asyncio.get_running_loop().create_future()
        if not tracing.is_on():
            return await self._handed_in(item, future, "")
        with tracing.span(f"wait for {self._name}"):
            return await self._handed_in(item, future, tracing.here())

    async def _handed_in(self, item: I, future: asyncio.Future[O], traceparent: str) -> O:
        self._waiting.append((item, future, traceparent))
        if self._worker is None:
            self._worker = asyncio.create_task(self._work())
        return await future

    async def _work(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[: self._largest], self._waiting[self._largest :]
                await self._settle(batch)
        finally:
            self._worker = None

    async def _settle(self, batch: Sequence[tuple[I, "asyncio.Future[O]", str]]) -> None:
        self._sizes.observe(len(batch))
        try:
            outcomes = await (self._traced(batch) if tracing.is_on() else self._run([item for item, _, _ in batch]))
        except Exception as error:  # whatever it is, it belongs to the callers
            if len(batch) > 1:
                for one in batch:
                    await self._settle([one])
            elif not batch[0][1].done():
                batch[0][1].set_exception(error)
            return
        for (_, future, _), outcome in zip(batch, outcomes, strict=True):
            if not future.done():  # a caller may have gone away; what it asked for is done all the same
                future.set_result(outcome)

    async def _traced(self, batch: Sequence[tuple[I, "asyncio.Future[O]", str]]) -> Sequence[O]:
        """The batch is a span of the first request's trace, linked to the others'; what each asked for keeps its own."""
        tracing.asked_by({one: traceparent for item, _, traceparent in batch if (one := getattr(item, "concerns", 0)) and traceparent})
        with tracing.following(f"batch {self._name}", [traceparent for _, _, traceparent in batch], size=len(batch)):
            return await self._run([item for item, _, _ in batch])


async def in_one_transaction(db: Database, phase: Phase[I, O], items: Sequence[I], tenant_id: int | None = None) -> Sequence[O | Refusal]:
    """Run the phase over all the items in one transaction, again from the start while the engine gives it up for another."""
    for attempt in range(_TRIES):
        try:
            async with db.begin(tenant_id) as uow:
                return await phase(uow, items)
        except Deadlock:
            if attempt == _TRIES - 1:
                raise
            await asyncio.sleep(0.002 * 2**attempt)
    raise AssertionError


async def in_one_read(db: Database, phase: Phase[I, O], items: Sequence[I]) -> Sequence[O | Refusal]:
    """Run the phase over all the items in one transaction that writes nothing."""
    async with db.read(None) as uow:
        return await phase(uow, items)


def _name_of(phase: Phase[Any, Any]) -> str:
    return str(getattr(phase, "__name__", "other"))


class Writes:
    """One group commit per flow phase, made on first use; and the same for reads that many ask at once."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._groups: dict[Hashable, GroupCommit[Any, Any]] = {}
        self._looks: dict[Hashable, GroupCommit[Any, Any]] = {}

    async def look(self, phase: Phase[I, O], item: I) -> O:
        """The answer for this item from the next shared read, which sees everything committed before now; raises its refusal."""
        if phase not in self._looks:
            self._looks[phase] = GroupCommit(lambda items: in_one_read(self.db, phase, items), name=_name_of(phase))
        outcome = await self._looks[phase].submit(item)
        if isinstance(outcome, Refusal):
            raise outcome
        return outcome

    async def attempt(self, phase: Phase[I, O], item: I) -> O | Refusal:
        """The outcome of this item in the next batch of its phase: a refusal is a value."""
        if phase not in self._groups:
            self._groups[phase] = GroupCommit(lambda items: in_one_transaction(self.db, phase, items), name=_name_of(phase))
        return await self._groups[phase].submit(item)

    async def submit(self, phase: Phase[I, O], item: I) -> O:
        """The outcome of this item in the next batch of its phase; raises its refusal."""
        outcome = await self.attempt(phase, item)
        if isinstance(outcome, Refusal):
            raise outcome
        return outcome
