"""The world of one seed: its dice, its clock, its processes, and a record of everything that happened, in order."""

import asyncio
import random
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Sequence
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Self, TypeVar, cast

from sqlalchemy.ext.asyncio import AsyncEngine

from tests.fixtures_db import NOW
from tests.simulation.driver import Connection, WriteLock, in_the_loop
from tests.simulation.loop import SimulatedLoop
from velora.flows.house import TradingHouse
from velora.kernel.ids import id_source
from velora.modules.payments.gateways.port import Gateway
from velora.modules.payouts.gateways.port import Bank
from velora.platform.anchors.port import Anchor, AnchorConflict
from velora.platform.bus.outbox import OutboxBus
from velora.platform.db import Database
from velora.platform.db.engine import make_engine
from velora.platform.db.group_commit import Writes
from velora.platform.settings import Settings
from velora.platform.signing import SigningKeys

T = TypeVar("T")
_CONNECTIONS: Final = 20  # of one process: here nobody waits for a connection


class CutOff(Exception):
    """The server died, or does not run: what was asked may have been done or not."""


class Injected(sqlite3.OperationalError):
    """What the engine says when the simulation makes it fail."""


@dataclass
class Temper:
    """How bad a seed's world is: for each fault, how often it comes. All zero is a calm day with busy people."""

    crash: float = 0.0  # at each commit and each call to somebody else
    commit_lost: float = 0.0  # committed, and the connection is gone before we hear of it
    disk_full: float = 0.0  # not committed, with an error
    request_lost: float = 0.0  # never reaches the gateway or the bank
    request_late: float = 0.0  # reaches it long after we stopped waiting
    reply_lost: float = 0.0  # done, and we never hear of it
    error_kept: float = 0.0  # the gateway failed inside, and says so again whenever it sees the key
    refused: float = 0.0  # the gateway will not give back, or the bank will not send
    slow: float = 0.0  # an answer takes longer than a lease
    notice_lost: float = 0.0  # the gateway tells us by itself, and we never hear of it
    notice_late: float = 0.0
    notice_twice: float = 0.0
    told_again: float = 0.0  # the relay tells what it has told before
    bus_away: float = 0.0  # the bus takes nothing
    listener_away: float = 0.0  # one who listens cannot be reached
    hang_up: float = 0.0  # a buyer does not wait for the answer
    clock: float = 0.0  # a process has another idea of the hour
    pause: float = 0.0  # a process stands still for longer than a lease

    @classmethod
    def of(cls, seed: int) -> Self:
        """Each fault has dice of its own, so that a new kind of fault leaves what the others do in this seed."""
        if random.Random(seed).random() < 0.1:
            return cls()
        return cls(**{field.name: random.Random(f"{seed} {field.name}").choice(_OFTEN.get(field.name, _CHANCES)) for field in fields(cls)})


_CHANCES: Final = (0.0, 0.0, 0.03, 0.1, 0.3)
_OFTEN: Final = {  # there are many moments in which to die, or to be held up, and few in which being late does harm
    "request_late": (0.0, 0.1, 0.3, 0.5),
    "crash": (0.0, 0.0, 0.004, 0.015, 0.05),
    "pause": (0.0, 0.0, 0.0, 0.004, 0.015),
}
_PAUSE: Final = 35.0  # seconds, beyond a lease


class Stone:
    """Anchors that outlive every process; between a block and its anchor a process may die."""

    place = "stone"
    every = timedelta(0)

    def __init__(self) -> None:
        self._kept: dict[int, Anchor] = {}

    async def write(self, anchors: Sequence[Anchor]) -> None:
        if process := RUNNING.get(None):
            await process.point("anchors")
        for one in anchors:
            if self._kept.setdefault(one.n, one) != one:
                raise AnchorConflict(f"Block {one.n} was anchored otherwise.")

    async def newest(self, shard: int) -> Anchor | None:
        return self._kept[max(self._kept)] if self._kept else None

    async def read(self, shard: int, *, after: int) -> AsyncGenerator[Anchor]:
        for n in sorted(self._kept):
            if n > after:
                yield self._kept[n]


class World:
    """Everything that a seed decides. Nothing here survives it."""

    def __init__(self, seed: int, file: Path, loop: SimulatedLoop) -> None:
        self.seed = seed
        self.file = file
        self.loop = loop
        self.dice = random.Random(seed)
        self.temper = Temper.of(seed)
        self.trace: list[str] = []
        self.lock = WriteLock()
        self.keys = SigningKeys(file.parent / "keys")
        self.anchors = Stone()
        self.processes: list[Process] = []
        self.surprises: list[str] = []
        self.steps = 0
        self.fatal_step = 0  # the step at which whoever takes it dies, counted from 1
        self._reading: sqlite3.Connection | None = None

    def note(self, what: str) -> None:
        process = RUNNING.get(None)
        self.trace.append(f"{self.loop.passed:14.4f} {process.name if process else '-':8} {what}")

    def happens(self, chance: float) -> bool:
        return chance > 0 and self.dice.random() < chance

    async def takes(self, least: float, most: float) -> None:
        """Somebody is busy for so many seconds; others go on meanwhile."""
        await asyncio.sleep(self.dice.uniform(least, most))

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """What stands in the database now, around all of the house's own code."""
        if self._reading is None:
            self._reading = sqlite3.connect(self.file)
        return self._reading.execute(statement, values).fetchall()

    def calm(self) -> None:
        """From now on nothing fails any more, and every process runs with the right hour."""
        self.temper = Temper()
        for process in self.processes:
            process.skew = timedelta(0)
            process.start()

    @property
    def now(self) -> datetime:
        return NOW + timedelta(seconds=round(self.loop.passed, 3))

    @property
    def fingerprint(self) -> str:
        return sha256("\n".join(self.trace).encode()).hexdigest()

    def close(self) -> None:
        for process in self.processes:
            process.stop()
        if self._reading is not None:
            self._reading.close()


class Process:
    """A server or worker of ours: it can be asked, and it can die at any moment with all that it has in memory."""

    def __init__(self, world: World, slot: "Slot", node: int, gateway: Callable[["Process"], Gateway], bank: Callable[["Process"], Bank]):
        self.world = world
        self.name = slot.name
        self.skew = timedelta(0)
        self.running = False
        self._still_until = 0.0
        self._lost = False
        self._slot = slot
        self._node = node
        self._gateway, self._bank = gateway, bank
        self._tasks: list[asyncio.Task[Any]] = []
        self._asking: list[asyncio.Future[Any]] = []
        self._connections: list[Connection] = []
        world.processes.append(self)

    def now(self) -> datetime:
        return self.world.now + self.skew

    def start(self) -> None:
        if self.running:
            return
        self.running = True
        if self.world.happens(self.world.temper.clock):
            self.skew = timedelta(seconds=self.world.dice.choice((-90, -3, 2, 40, 3600)))
        engine = self._slot.fresh_engine(self)
        # As many processes start, each has a node number of its own (lease_node).
        self._node += 10
        db = Database(engine, self, id_source(self, self._node % 1000))
        nothing = cast("Any", _NotHere())
        self.house = TradingHouse(
            settings=self._slot.settings, secret_key=b"a key of this test", clock=self, db=db, sealing=db,
            writes=Writes(db), bus=OutboxBus(db), keys=self.world.keys, anchors=self.world.anchors,
            cache=nothing, search=nothing, mail=nothing, files=nothing, gateway=self._gateway(self), bank=self._bank(self),
        )  # fmt: skip
        self.world.note(f"{self.name} starts")

    async def ask(self, what: str, work: Callable[[TradingHouse], Coroutine[Any, Any, T]], *, patience: float = 0.0) -> T:
        """What this process answers. Raises CutOff when it dies first, does not run, or `patience` (seconds) ends."""
        self.world.note(f"{self.name} is asked to {what}")
        if not self.running:
            raise CutOff
        answer: asyncio.Future[T] = self.world.loop.create_future()
        context = copy_context()
        context.run(RUNNING.set, self)
        task = self.world.loop.create_task(work(self.house), context=context)
        self._asking.append(answer)
        task.add_done_callback(lambda done: self._answer(what, answer, done))
        if patience:
            self.world.loop.call_later(patience, self._give_up, answer, task)
        return await answer

    def _answer(self, what: str, answer: asyncio.Future[Any], done: asyncio.Task[Any]) -> None:
        if done.cancelled():
            said: object = CutOff()
        else:
            said = done.exception() or done.result()
        self.world.note(f"{self.name} answers {what}: {_in_short(said)}")
        if answer.done():
            return
        if isinstance(said, BaseException):
            answer.set_exception(said)
        else:
            answer.set_result(said)

    def _give_up(self, answer: asyncio.Future[Any], task: asyncio.Task[Any]) -> None:
        if not answer.done():
            answer.set_exception(CutOff())
            if self.world.dice.random() < 0.5:  # some servers stop what nobody waits for
                task.cancel()

    def kill(self) -> None:
        """kill -9: uncommitted work is undone by the engine, memory is gone, whoever waits is cut off. A while later it runs again."""
        if not self.running:
            return
        self.world.note(f"{self.name} dies")
        self.stop()
        self.world.loop.call_later(self.world.dice.choice((0.5, 5.0, 45.0)), self.start)

    def stand_still(self, seconds: float) -> None:
        """The machine is held up: for so long nothing of this process goes on, and it will not know."""
        self.world.note(f"{self.name} stands still")
        self._still_until = self.world.loop.passed + seconds

    def stop(self) -> None:
        self.running = False
        for connection in self._connections:
            connection.stop()
        for task in self._tasks:
            task.cancel()
        for answer in self._asking:
            if not answer.done():
                answer.set_exception(CutOff())
        self._connections, self._tasks, self._asking = [], [], []
        self._still_until, self._lost = 0.0, False

    def employs(self, task: asyncio.Task[Any]) -> None:
        """The task belongs to this process and dies with it."""
        self._tasks.append(task)

    # ------------------------------------------------------------------------------------------- as driver.Line

    def opened(self, connection: Connection) -> None:
        self._connections.append(connection)

    async def before_commit(self) -> None:
        await self.point("commits")
        if self.world.happens(self.world.temper.disk_full):
            self.world.note("the disk is full")
            raise Injected("database or disk is full")
        self._lost = self.world.happens(self.world.temper.commit_lost)

    async def after_commit(self) -> None:
        lost, self._lost = self._lost, False
        await self.point("has committed")
        if lost:
            self.world.note("the answer to the commit is lost")
            raise Injected("no active connection")

    async def point(self, what: str, least: float = 0.0005, most: float = 0.02) -> None:
        """A moment in which others go on, and in which this process may die."""
        self.world.note(what)
        self.world.steps += 1
        if self.world.happens(self.world.temper.crash) or self.world.steps == self.world.fatal_step:
            self.kill()
        if self.world.happens(self.world.temper.pause):
            self.stand_still(_PAUSE)
        await self.world.takes(least, most)
        await asyncio.sleep(max(self._still_until - self.world.loop.passed, 0.0))
        if RUNNING.get(None) is self and not self.running:
            raise asyncio.CancelledError


RUNNING: ContextVar[Process] = ContextVar("RUNNING")


class Slot:
    """A place where a process runs. It keeps its engine over all seeds, so that statements are compiled once, but no connection."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.settings = Settings()
        self._engine: AsyncEngine | None = None
        self._process: Process | None = None

    def fresh_engine(self, process: Process) -> AsyncEngine:
        self._process = process
        if self._engine is None:
            self._engine = make_engine(f"sqlite:///{process.world.file}", connections=_CONNECTIONS)
            in_the_loop(self._engine, self._connect)
        self._engine.sync_engine.dispose(close=False)
        return AsyncEngine(self._engine.sync_engine)

    def _connect(self) -> Connection:
        assert self._process is not None
        return Connection(str(self._process.world.file), self._process.world.lock, self._process)


def employ(loop: asyncio.AbstractEventLoop, work: Any, **named: Any) -> asyncio.Task[Any]:
    """The loop's task factory: whatever a process begins belongs to it."""
    task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, **named)
    context = named.get("context")
    process = context.get(RUNNING) if context is not None else RUNNING.get(None)
    if process is not None:
        process.employs(task)
    return task


class _NotHere:
    """An engine that the money flows never touch; whoever does is told."""

    def __getattr__(self, name: str) -> Callable[..., Awaitable[None]]:
        raise AssertionError(f"{name}: the simulation has no cache, search or mail")


def _in_short(said: object) -> str:
    text = repr(said) if isinstance(said, BaseException) else str(said)
    return text if len(text) < 200 else f"{text[:200]}…"
