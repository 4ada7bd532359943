"""The buyers' banks: they take charges back, in whole or in part, or only ask; they take more, and they decide, mostly once."""

import asyncio
from typing import Final

from tests.simulation.gateway import Charge, Company, Disputed
from tests.simulation.world import World

FEE: Final = 1500
_SMALLEST: Final = 500


class Banks:
    """What they do reaches us by notices as bad as any, or is found by a worker that asks."""

    def __init__(self, world: World, company: Company) -> None:
        self._world = world
        self._company = company

    async def take_back(self, key: str) -> None:
        """A buyer says that it was not them: all of what was paid, or some of it, is back with the bank, if the bank does not only ask."""
        await self._world.takes(0, 8)
        charge = self._company.stands(key)
        if (left := self._left(charge)) < _SMALLEST:
            return
        dice = self._world.dice
        amount = left if dice.random() < 0.6 else dice.randint(_SMALLEST, left)
        one = Disputed(f"dp_{len(self._company.disputes)}", key, amount, self._world.now)
        if dice.random() < 0.8:
            one.taken_minor, one.fee_minor = amount, FEE
        self._company.disputed(one)
        if dice.random() < 0.3:  # and some do not take long over it
            await asyncio.sleep(dice.uniform(1, 60))
            await self.go_on(one.ref)

    async def go_on(self, ref: str) -> None:
        """A question becomes a dispute, a dispute is of more than at first, or it is decided; the money of a won one may come later."""
        await self._world.takes(0, 8)
        one, dice = self._company.disputes[ref], self._world.dice
        if one.standing == "won":
            one.returned_minor = one.taken_minor
        elif one.standing == "open":
            left = self._left(self._company.stands(one.key))
            step = dice.random()
            if not one.taken_minor and step < 0.5:
                one.taken_minor, one.fee_minor = min(one.amount_minor, left), FEE
            elif left and step < 0.1:
                one.taken_minor += dice.randint(1, left)
                one.amount_minor = max(one.amount_minor, one.taken_minor)
            else:
                self._decide(one, at_once=dice.random() < 0.7)
        self._company.disputed(one)

    def end_all(self) -> None:
        """Every bank has decided, and what was won is back. Not each of them says so."""
        for one in list(self._company.disputes.values()):
            if one.standing == "open":
                self._decide(one, at_once=True)
            elif one.gone_minor == 0 or one.standing == "lost":
                continue
            one.returned_minor = one.taken_minor if one.standing == "won" else 0
            self._world.temper.notice_lost = self._world.dice.choice((0.0, 1.0))
            self._company.disputed(one)
        self._world.temper.notice_lost = 0.0

    def think_again(self) -> None:
        """Now and then a bank gives back what it had decided to keep."""
        for one in self._company.disputes.values():
            if one.standing == "lost" and one.taken_minor and self._world.dice.random() < 0.2:
                one.returned_minor = one.taken_minor
                self._company.disputed(one)

    def _decide(self, one: Disputed, *, at_once: bool) -> None:
        one.standing = "won" if self._world.dice.random() < 0.5 else "lost"
        if one.standing == "won":
            one.returned_minor = one.taken_minor if at_once else 0
            one.fee_back_minor = one.fee_minor if self._world.dice.random() < 0.5 else 0

    def _left(self, charge: Charge) -> int:
        """What banks can still take of a charge: they do not ask whether the shop has given it back already."""
        if charge.state != "captured":
            return 0
        return charge.amount_minor - sum(one.gone_minor for one in self._company.disputes.values() if one.key == charge.key)
