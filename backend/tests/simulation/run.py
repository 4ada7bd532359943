"""One seed from its first moment to the last: people and workers under faults, then quiet, then the questions."""

import asyncio
import logging
import random
import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, cast

from sqlalchemy.exc import DBAPIError

from tests.simulation import claims
from tests.simulation.bank import BankBook, BankWire
from tests.simulation.banks import Banks
from tests.simulation.claims_of_later import nobody_owes_too_much
from tests.simulation.desk import Desk
from tests.simulation.evidence import Evidence
from tests.simulation.gateway import Company, Wire
from tests.simulation.loop import SimulatedLoop
from tests.simulation.notices import Post
from tests.simulation.people import People
from tests.simulation.town import Town, build
from tests.simulation.world import CutOff, Injected, Process, Slot, Temper, World, employ
from velora.flows.bookkeeping.seal import seal_once
from velora.flows.disputes.sweep import find_disputes, sweep_disputes
from velora.flows.house import TradingHouse
from velora.flows.payment_outcome.sweep import sweep_payments
from velora.flows.payout_run.run import resume_payouts
from velora.flows.reactions import reacting
from velora.flows.refund.settle import sweep_refunds
from velora.flows.release.release import release_due
from velora.kernel.events import _BY_TYPE, Event
from velora.kernel.ids import encode
from velora.kernel.principal import Principal
from velora.platform.bus import Bus, BusAway, Group, HasEffect, tell_everyone
from velora.platform.bus.port import Told, Unreadable
from velora.platform.db.errors import Deadlock, Unavailable
from velora.platform.signing import SigningKeys

_LAST: Final = 60
_STORY: Final = -1
DAY: Final = timedelta(days=1).total_seconds()
Job = Callable[[TradingHouse], Awaitable[int]]
_JOBS: Final[Sequence[Job]] = (sweep_payments, sweep_refunds, release_due, resume_payouts, seal_once)
_LOOK_EVERY: Final = 600  # seconds, for disputes of which no notice came


@dataclass(frozen=True)
class Outcome:
    """What a seed came to."""

    seed: int
    fingerprint: str
    broken: tuple[str, ...]
    trace: tuple[str, ...]

    @property
    def report(self) -> str:
        """What a person needs who wants to know why, and how to see it again."""
        lines = [f"Seed {self.seed} breaks:", *(f"  - {claim}" for claim in self.broken), f"The last {_LAST} steps of {len(self.trace)}:"]
        replay = f"Exactly this again: VELORA_SIM_SEED={self.seed} pytest backend/tests/simulation -k claims_hold"
        return "\n".join([*lines, *self.trace[-_LAST:], replay if self.seed != _STORY else "A story: it is the same each time."])


class Simulation:
    """Runs seeds one after the other in one process; what they share costs time to make and remembers nothing of them."""

    def __init__(self, folder: Path) -> None:
        self._town = build(folder)
        SigningKeys(folder / "keys").make()
        self._file = folder / "seed.db"
        self._slots = [Slot(name) for name in ("server-1", "server-2", "worker-1", "worker-2", "auditor")]

    def run(self, seed: int) -> Outcome:
        """Everything that happens in this seed, and which claims did not hold."""
        return self._run(seed, Life.days)

    def play(self, script: Callable[["Life"], Awaitable[None]]) -> Outcome:
        """The same for one story that is told step by step in a world without faults but its own."""

        async def told(life: Life) -> None:
            life.world.temper = Temper()
            await script(life)

        return self._run(_STORY, told)

    def _run(self, seed: int, days: Callable[["Life"], Awaitable[None]]) -> Outcome:
        loop = SimulatedLoop()
        loop.set_task_factory(employ)
        logging.disable(logging.CRITICAL)  # what fails in here is meant to
        try:
            return loop.run_until_complete(self._lived(seed, loop, days))
        finally:
            logging.disable(logging.NOTSET)
            loop.close()

    async def _lived(self, seed: int, loop: SimulatedLoop, days: Callable[["Life"], Awaitable[None]]) -> Outcome:
        world = World(seed, self._file, loop)
        life = Life(world, self._town, self._slots)
        broken = world.surprises
        try:
            await days(life)
            await life.quiet()
            broken += await claims.broken(life.evidence, life.auditor)
        except Exception:  # whatever it is, it must not be
            broken.append(f"nobody caught this: {traceback.format_exc()}")
        finally:
            world.close()
            await asyncio.sleep(1)  # what was stopped unwinds
        return Outcome(seed, world.fingerprint, tuple(broken), tuple(world.trace))


class Life:
    """A town with its people, its two servers and two workers, the gateway and the bank."""

    def __init__(self, world: World, town: Town, slots: Sequence[Slot]) -> None:
        self.world = world
        stock = town.found(world.file, world.dice)
        self.company, self.bank = Company(world), BankBook(world)
        processes = [
            Process(world, slot, node, lambda process: Wire(self.company, process), lambda process: BankWire(self.bank, process))
            for node, slot in enumerate(slots, start=2)
        ]
        *self.servers, self.auditor = processes
        self.workers = self.servers[2:]
        self.servers = self.servers[:2]
        for process in processes:
            process.start()
        self.company.tell = Post(world, self.servers).take
        self.people = People(world, town, self.company, self.servers)
        self.banks = Banks(world, self.company)
        self.desk = Desk(self.people)
        self.heard: set[tuple[str, int]] = set()
        self.told: list[tuple[str, int]] = []
        self._absences = random.Random(f"{world.seed} listener away")  # dice of its own: see Temper.of
        self.evidence = Evidence(
            world, town, self.company, self.bank, self.desk, self.people.purchases, self.people.goodwill, stock, self.heard
        )  # fmt: skip

    # --------------------------------------------------------------------------------------------- the days

    async def days(self) -> None:
        """Buying; the day after, sending; a week of deliveries and complaints; and when the money falls due, everything at once."""
        dice = self.world.dice
        await self._rush(*(self.people.is_generous() for _ in range(dice.choice((0, 1, 2)))))
        later = dice.choice((0, 1, 2, 3))
        buyers = [self.people.buys(number) for number in range(dice.randint(2, 5))]
        await self._rush(*buyers, *(self.people.buys_later(9 - number) for number in range(later)))
        await asyncio.sleep(DAY)
        await self._rush(*self._cancellations(0.3), *self._parcels(), *self._disputes(0.07), *self._finance(0.25, 0.05))
        await asyncio.sleep(2 * DAY)
        await self._rush(
            *self._arrivals(), *self._parcels(), *self._cancellations(0.1), *self._complaints(0.2), *self._disputes(0.07),
            *self._comes_back(0.3), *self._finance(0.2, 0.05),
        )  # fmt: skip
        await asyncio.sleep(dice.choice((1, 13.9995, 15)) * DAY)
        await self.does(self.workers[0], release_due)
        await self._rush(
            *self._complaints(0.4), *self._decisions(0.5), *self._payouts(), *self._disputes(0.1), *self._comes_back(0.3),
            *self._finance(0.4, 0.15),
        )  # fmt: skip
        await asyncio.sleep(dice.choice((0.01, 15)) * DAY)
        await self.does(self.workers[0], release_due)
        await self._rush(
            *self._complaints(0.2), *self._decisions(0.8), *self._payouts(), *self._arrivals(), *self._disputes(0.3),
            *self._finance(0.7, 0.3),
        )  # fmt: skip

    async def _rush(self, *people: Awaitable[None]) -> None:
        """People come within half a minute; the workers make a few rounds among them and a while after."""
        rounds = [self._round(worker) for worker in self.workers for _ in range(self.world.dice.randint(0, 2))]
        done = await asyncio.gather(*people, *rounds, return_exceptions=True)
        self.world.surprises += [f"a request blew up: {error!r}" for error in done if isinstance(error, Exception)]
        self.world.surprises += nobody_owes_too_much(self.evidence)
        await self._looked_for_disputes()

    async def _round(self, worker: Process) -> None:
        await self.world.takes(0, self.world.dice.choice((5, 100, 500)))
        disputes = (sweep_disputes, find_disputes) if self.company.disputes else ()
        for job in self.world.dice.sample((*_JOBS, self.relay, *disputes), 3):
            await self.does(worker, job)

    async def _looked_for_disputes(self) -> None:
        """The worker asks every ten minutes for the disputes of three days: those of which no notice came it finds while they are new."""
        for _ in range(int(3 * DAY) // _LOOK_EVERY):
            known = {ref for (ref,) in self.world.rows("SELECT gateway_ref FROM dispute")} if self.company.disputes else set[str]()
            if known >= self.company.disputes.keys():
                return
            await asyncio.sleep(_LOOK_EVERY)
            await self.does(self.world.dice.choice(self.workers), find_disputes)

    async def does(self, worker: Process, job: Callable[[TradingHouse], Awaitable[int]]) -> int:
        """What the job has done, or 0 when it was cut off."""

        async def work(house: TradingHouse) -> int:
            return await job(house)

        try:
            return await worker.ask(getattr(job, "__name__", "job"), work)
        except (CutOff, Unavailable, Deadlock, BusAway, ConnectionError):
            return 0
        except DBAPIError as error:
            if not isinstance(error.orig, Injected):
                raise
            return 0

    async def relay(self, house: TradingHouse) -> int:
        """The bus: what waits is told to who reacts, and now and then what was told before is told again."""
        bus, hears = house.bus, self._hears
        if self.world.happens(self.world.temper.bus_away):
            self.world.note("the bus is away")
            bus = cast("Bus", _Away(bus))
        if self._absences.random() < self.world.temper.listener_away:
            self.world.note("one who listens is away")
            hears = _away
        everyone = Group("everyone", {kind: [HasEffect("everyone", hears)] for kind in _kinds()})
        done = await tell_everyone(house.db, bus, [*reacting(), everyone])
        if self.world.happens(self.world.temper.told_again):
            self.world.note("the bus forgets what it has told")
            async with house.db.begin(None) as uow:
                await uow.connection.exec_driver_sql("UPDATE outbox_event SET relayed = 0 WHERE id % 2 = 0")
        return done

    async def _told_by_hand(self, house: TradingHouse) -> int:
        """A person has mended what kept the parked events from being taken, and has them told again."""
        async with house.db.begin(None) as uow:
            again = "UPDATE outbox_event SET relayed = 0 WHERE id IN (SELECT event_id FROM parked_event)"
            done = (await uow.connection.exec_driver_sql(again)).rowcount
            await uow.connection.exec_driver_sql("DELETE FROM parked_event")
        return done

    async def _hears(self, events: Sequence[Any]) -> None:
        self.heard |= {(event.type, event.aggregate_id) for event in events}
        self.told += [(event.type, event.aggregate_id) for event in events]

    def _cancellations(self, chance: float) -> list[Awaitable[None]]:
        return [self.people.cancels(one) for one in self.people.purchases if self.world.dice.random() < chance]

    def _parcels(self) -> list[Awaitable[None]]:
        found = self.world.rows(
            "SELECT tenant_id, id FROM seller_order WHERE state IN ('authorised', 'awaited', 'paid', 'partly_shipped') ORDER BY id"
        )
        parcels: list[Awaitable[None]] = []
        for tenant_id, part_id in found:
            dice = self.world.dice.random()
            if dice < 0.8:
                parcels.append(self.people.ships(tenant_id, part_id))
            if dice < 0.15:  # a colleague does the same at the same time
                parcels.append(self.people.ships(tenant_id, part_id))
            if dice > 0.7:  # one piece first
                lines = "SELECT id FROM order_line WHERE tenant_id = ? AND seller_order_id = ? ORDER BY id LIMIT 1"
                ((line_id,),) = self.world.rows(lines, tenant_id, part_id)
                parcels.append(self.people.ships(tenant_id, part_id, ((line_id, 1),)))
        return parcels

    def _arrivals(self) -> list[Awaitable[None]]:
        found = self.world.rows("SELECT tenant_id, id FROM seller_order WHERE state = 'shipped' ORDER BY id")
        came = [one for one in found if self.world.dice.random() < 0.9]
        quick = [one for one in came if self.world.dice.random() < 0.3]
        return [*(self.people.delivers(*one) for one in came), *(self.people.has_everything(*one) for one in quick)]

    def _complaints(self, chance: float) -> list[Awaitable[None]]:
        found = self.world.rows(
            "SELECT p.tenant_id, p.id, o.guest_key, o.buyer_id FROM seller_order p "
            "JOIN orders o ON o.tenant_id = p.tenant_id AND o.id = p.order_id "
            "WHERE p.state IN ('shipped', 'delivered') ORDER BY p.id"
        )
        complaints: list[Awaitable[None]] = []
        for tenant_id, part_id, guest_key, buyer_id in found:
            who = Principal(account_id=buyer_id) if buyer_id is not None else Principal(guest_key=guest_key)
            lines = self.world.rows(
                "SELECT id, quantity FROM order_line WHERE tenant_id = ? AND seller_order_id = ? ORDER BY id", tenant_id, part_id
            )
            complaints += [self.people.complains(tenant_id, part_id, who, lines) for _ in range(2) if self.world.dice.random() < chance]
        return complaints

    def _decisions(self, chance: float) -> list[Awaitable[None]]:
        found = self.world.rows("SELECT tenant_id, order_id, id FROM return_request WHERE state = 'requested' ORDER BY id")
        return [self.people.decides(*one) for one in found for _ in range(2) if self.world.dice.random() < chance]

    def _disputes(self, chance: float) -> list[Awaitable[None]]:
        """Banks take back what the gateway has taken; of what they have taken or asked before, every other goes on. Whoever waits for a
        refund is the first to ask the bank."""
        dice, company = self.world.dice, self.company
        waiting = {encode("pi", id_) for (id_,) in self.world.rows("SELECT intent_id FROM payment_refund WHERE state = 'requested'")}
        taken = [key for key, charge in company.charges.items() if charge.state == "captured" and charge.amount_minor]
        begun = [one for one in company.disputes.values() if one.standing == "open" or (one.standing == "won" and one.gone_minor)]
        opened = [self.banks.take_back(key) for key in taken for _ in range(2) if dice.random() < (0.5 if key in waiting else chance / 2)]
        return [*opened, *(self.banks.go_on(one.ref) for one in begun if dice.random() < (0.9 if one.key in waiting else 0.5))]

    def _comes_back(self, chance: float) -> list[Awaitable[None]]:
        """Some parcels are not paid for at the door."""
        found = self.world.rows(
            "SELECT p.tenant_id, p.order_id, p.id FROM seller_order p JOIN payment_intent i ON i.order_id = p.order_id "
            "WHERE p.state IN ('shipped', 'delivered') AND i.state = 'awaited' ORDER BY p.id"
        )
        return [self.people.takes_back(*one) for one in found if self.world.dice.random() < chance]

    def _finance(self, comes: float, gives_up: float) -> list[Awaitable[None]]:
        """Buyers pay so often what they owe, and finance gives up so often that they will."""
        return [*self.desk.comes(comes), *self.desk.gives_up(gives_up), *self.desk.clears(0.3), *self.desk.transfers(0.5)]

    def _payouts(self) -> list[Awaitable[None]]:
        tenants = self.evidence.town.tenants
        return [self.people.pays_out(tenant) for tenant in tenants for _ in range(2) if self.world.dice.random() < 0.6]

    # ---------------------------------------------------------------------------------------------- the quiet

    async def quiet(self) -> None:
        """Everything heals, and the workers go on until nothing moves."""
        self.world.note("quiet")
        self.world.calm()
        await asyncio.sleep(120)
        if self.world.rows("SELECT 1 FROM parked_event"):
            await self.does(self.workers[0], self._told_by_hand)
        for gift in self.people.goodwill:
            if not gift.is_answered:
                await self.people.gives(gift, tries=1)
        await asyncio.gather(*self.desk.unrecorded())
        await self._looked_for_disputes()
        self.banks.end_all()
        for round_ in range(6):
            await asyncio.sleep(16 * DAY)
            sent = await asyncio.gather(*self.desk.transfers(1))
            moved = [len(sent), *[await self.does(self.workers[0], job) for job in (*_JOBS, sweep_disputes)]]
            while await self.does(self.workers[1], self.relay):
                pass
            if round_ == 0:
                self.banks.think_again()
            elif not any(moved):
                return
        self.world.surprises.append("things still move after 96 quiet days")


async def _away(events: Sequence[Any]) -> None:
    raise ConnectionError


class _Away:
    """A bus that takes nothing, and gives what it has."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bus, name)

    async def publish(self, told: Sequence[Told]) -> Sequence[Unreadable]:
        raise BusAway


def _kinds() -> list[type[Event]]:
    return list(_BY_TYPE.values())
