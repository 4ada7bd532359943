"""Money and dates as a language writes them."""

from datetime import date
from typing import Final

from velora.kernel.money import CURRENCY_DIGITS

_SYMBOLS: Final = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥"}
_MONTHS: Final = {
    "en": ["January", "February", "March", "April", "May", "June",
           "July", "August", "September", "October", "November", "December"],
    "de": ["Januar", "Februar", "März", "April", "Mai", "Juni",
           "Juli", "August", "September", "Oktober", "November", "Dezember"],
}  # fmt: skip


def money(amount_minor: int, currency: str, language: str) -> str:
    """`€ 1,270.76` in English, `1.270,76 €` in German; a currency without a well-known sign keeps its code."""
    digits = CURRENCY_DIGITS[currency]
    sign, whole = ("−" if amount_minor < 0 else ""), abs(amount_minor)
    symbol = _SYMBOLS.get(currency, currency)
    figures = f"{whole // 10**digits:,}" + (f".{whole % 10**digits:0{digits}d}" if digits else "")
    if language == "de":
        figures = figures.translate(str.maketrans(",.", ".,"))
        return f"{sign}{figures}\N{NO-BREAK SPACE}{symbol}"
    return f"{sign}{symbol}\N{NO-BREAK SPACE}{figures}"


def day(moment: date, language: str) -> str:
    """`16 November 2026`, `16. November 2026`."""
    month = _MONTHS[language][moment.month - 1]
    return f"{moment.day}. {month} {moment.year}" if language == "de" else f"{moment.day} {month} {moment.year}"
