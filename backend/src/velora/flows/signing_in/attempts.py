"""How often one may try: counted in the cache, and in the process while the cache is away."""

from contextlib import suppress
from typing import Final

from velora.modules.identity.errors import Throttled
from velora.modules.identity.policy import (
    REGISTRATIONS_FROM_AN_ADDRESS,
    WRONG_PASSWORDS_FROM_AN_ADDRESS,
    WRONG_PASSWORDS_OF_AN_ACCOUNT,
    AttemptLimit,
    may_try,
)
from velora.platform.cache import CacheAway, keys
from velora.platform.house import House

_SECOND_UP: Final = 1


async def begin_sign_in(house: House, email: str, address: str) -> None:
    """This attempt counts as failed until it is said to have succeeded, so that many at once cannot slip through.

    Raises Throttled.
    """
    await _count(house, keys.wrong_passwords_from(address), WRONG_PASSWORDS_FROM_AN_ADDRESS)
    await _count(house, keys.wrong_passwords_of(email), WRONG_PASSWORDS_OF_AN_ACCOUNT)


async def sign_in_succeeded(house: House, email: str, address: str) -> None:
    """The account's failures are forgiven; its address gets this one attempt back."""
    await house.cache.count(keys.wrong_passwords_from(address), window=WRONG_PASSWORDS_FROM_AN_ADDRESS.window, by=-1)
    with suppress(CacheAway):  # the count in this process is forgotten all the same
        await house.cache.drop(keys.wrong_passwords_of(email))


async def sign_in_undecided(house: House, email: str, address: str) -> None:
    """Nobody could say whether the password is right: this attempt does not count."""
    await house.cache.count(keys.wrong_passwords_from(address), window=WRONG_PASSWORDS_FROM_AN_ADDRESS.window, by=-1)
    await house.cache.count(keys.wrong_passwords_of(email), window=WRONG_PASSWORDS_OF_AN_ACCOUNT.window, by=-1)


async def begin_registration(house: House, address: str) -> None:
    """Raises Throttled."""
    await _count(house, keys.registrations_from(address), REGISTRATIONS_FROM_AN_ADDRESS)


async def _count(house: House, key: str, limit: AttemptLimit) -> None:
    tally = await house.cache.count(key, window=limit.window)
    if not may_try(tally.count, limit):
        raise Throttled(int(tally.resets_in.total_seconds()) + _SECOND_UP)
