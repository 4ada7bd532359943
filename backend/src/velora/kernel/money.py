"""Money: whole minor units of a currency, never a fraction. Every rounding has a name.

Rates are in basis points (1 bp = 0.01 %): 1900 is 19 %.
"""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

BPS: Final = 10_000

# ISO 4217 minor unit digits of the currencies a tenant may choose.
CURRENCY_DIGITS: Final[dict[str, int]] = {
    "EUR": 2, "GBP": 2, "USD": 2, "CHF": 2, "SEK": 2, "NOK": 2, "DKK": 2, "PLN": 2, "CZK": 2, "HUF": 2, "RON": 2, "CAD": 2,
    "AUD": 2, "NZD": 2, "JPY": 0, "AED": 2, "SAR": 2, "KWD": 3, "BHD": 3,
}  # fmt: skip


def round_half_up(numerator: int, denominator: int) -> int:
    """The nearest whole number to the quotient; halves go away from zero."""
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    numerator, denominator = abs(numerator), abs(denominator)
    return sign * ((2 * numerator + denominator) // (2 * denominator))


def share(amount: int, bps: int) -> int:
    """`bps` of the amount, half up."""
    return round_half_up(amount * bps, BPS)


def tax_on(net: int, bps: int) -> int:
    """The tax that comes on top of a net amount, half up."""
    return share(net, bps)


def tax_within(gross: int, bps: int) -> int:
    """The tax contained in a gross amount, half up; gross less this is the net."""
    return round_half_up(gross * bps, BPS + bps)


def rate_of(text: str) -> Decimal | None:
    """The rate that somebody wrote, above zero and with at most 12 digits behind the point; None for anything else."""
    try:
        rate = Decimal(text) if text.isascii() and set(text) <= set("0123456789.") else Decimal(0)
    except InvalidOperation:
        return None
    _, _, exponent = rate.as_tuple()
    return rate if 0 < rate < 10**9 and isinstance(exponent, int) and exponent >= -12 else None


def exchanged(amount_minor: int, of: str, into: str, rate: Decimal) -> int:
    """What an amount of one currency is in another at this rate (so much of it for one whole of the first), half up to its minor unit."""
    numerator, denominator = rate.as_integer_ratio()
    return round_half_up(amount_minor * numerator * 10 ** CURRENCY_DIGITS[into], denominator * 10 ** CURRENCY_DIGITS[of])


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Parts in proportion to the weights that add up to the total exactly.

    Largest remainder: each part is rounded down, and the units left over go to the largest remainders, the earlier part
    first among equals. With no weight at all, every part counts the same. Weights must not be negative.
    """
    if not weights:
        raise ValueError("An amount cannot be split into no parts.")
    if min(weights) < 0:
        raise ValueError("A weight must not be negative.")
    sign, total = (-1, -total) if total < 0 else (1, total)
    weights = weights if any(weights) else [1] * len(weights)
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return [sign * part for part in parts]


def show(amount_minor: int, currency: str) -> str:
    """`EUR 12.40`, for command lines, mails and messages that know no locale."""
    digits = CURRENCY_DIGITS[currency]
    sign, amount = ("-" if amount_minor < 0 else ""), abs(amount_minor)
    return f"{currency} {sign}{amount // 10**digits:,}" + (f".{amount % 10**digits:0{digits}d}" if digits else "")
