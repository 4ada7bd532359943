"""The words and figures of letters, and the patience with which they are sent."""

from datetime import UTC, datetime, timedelta
from string import Formatter

import pytest

from velora.modules.notifications.policy import figures, patience, words
from velora.modules.notifications.policy.words import Template
from velora.modules.notifications.service import Note, Shop, render

SHOP = Shop(name="Harbour & Vale", url="http://harbour.localhost:8000", locale="en-GB", accent="#1f4d3a")
MONEY = {"amount": 127076, "currency": "EUR"}


def a_note(template: Template, **changed: object) -> Note:
    params: dict[str, object] = {
        "name": "Ada", "order": "ord_0123456789ABC", "seller": "Lumen & Oak", "carrier": "DHL", "tracking": "JD014600",
        "until": {"day": "2026-11-30"}, "holder": "Nordmarkt GmbH", "iban": "DE02120300000000202051", "number": "",
        "amount": MONEY, "note": "It was used.", "host": "erp.example.com", "path": "/orders/ord_0123456789ABC",
        "lines": [{"quantity": 2, "title": "Brass Lamp", "amount": MONEY}], "totals": [{"label": "total", "amount": MONEY}],
    }  # fmt: skip
    return Note(1, "ada@example.com", template, params | changed)


@pytest.mark.parametrize("language", words.WORDS)
@pytest.mark.parametrize("template", Template)
def test_every_letter_can_be_written_in_every_language(template: Template, language: str) -> None:
    note = a_note(template)
    letter = render(Note(1, note.address, template, note.params), Shop("Nordmarkt", SHOP.url, language, SHOP.accent))
    for page in (letter.subject, letter.text, letter.html):
        assert page
        assert "{" not in page.replace("{{", "")
    assert letter.text.startswith(words.WORDS[language][template].heading.format_map({**note.params, "shop": "Nordmarkt"}))


def test_every_language_has_words_for_every_letter_with_the_same_params() -> None:
    def named(language: str, template: Template) -> set[str]:
        said = words.WORDS[language][template]
        return {name for text in (said.subject, said.heading, *said.paragraphs) for _, name, _, _ in Formatter().parse(text) if name}

    for language in words.WORDS:
        assert set(words.WORDS[language]) == set(Template)
        assert language in words.FOOTERS
        for template in Template:
            assert named(language, template) == named(words.FALLBACK, template)


def test_a_marketplace_writes_its_own_language_and_else_english() -> None:
    assert [words.language_of(locale) for locale in ("de-DE", "de", "en-GB", "fr-FR")] == ["de", "de", "en", "en"]


def test_what_people_wrote_is_escaped_in_html_and_plain_in_text() -> None:
    letter = render(a_note(Template.ORDER_SHIPPED, seller="<script>alert(1)</script>", carrier="A & B"), SHOP)
    assert "<script>" not in letter.html
    assert "&lt;script&gt;" in letter.html
    assert "<script>alert(1)</script> has handed this over to A & B." in letter.text


def test_words_of_a_person_are_never_read_as_a_template() -> None:
    letter = render(a_note(Template.RETURN_DECLINED, note="{shop.__class__} {{ 7 * 7 }}"), SHOP)
    assert "{shop.__class__} {{ 7 * 7 }}" in letter.text


def test_days_and_sums_are_written_in_the_marketplaces_language() -> None:
    german = Shop("Nordmarkt", SHOP.url, "de-DE", SHOP.accent)
    assert "vor dem 30. November 2026:" in render(a_note(Template.ORDER_DELIVERED), german).text
    assert "Summe: 1.270,76\u00a0€" in render(a_note(Template.ORDER_CONFIRMED), german).text


def test_news_is_none_after_a_week() -> None:
    now = datetime(2026, 11, 16, tzinfo=UTC)
    assert patience.is_news(now, now - timedelta(days=6, hours=23))
    assert not patience.is_news(now, now - timedelta(days=7))


def test_a_subject_is_one_line_whatever_its_params_hold() -> None:
    assert "\n" not in render(a_note(Template.ORDER_SHIPPED, seller="Lumen\r\nBcc: x@y.zz"), SHOP).subject


def test_the_confirmation_lists_what_was_bought_and_leads_to_the_order() -> None:
    letter = render(a_note(Template.ORDER_CONFIRMED), SHOP)
    assert "2 × Brass Lamp: €\u00a01,270.76" in letter.text
    assert "Total: €\u00a01,270.76" in letter.text
    assert 'href="http://harbour.localhost:8000/orders/ord_0123456789ABC"' in letter.html
    assert "See your order: http://harbour.localhost:8000/orders/ord_0123456789ABC" in letter.text
    assert "Harbour &amp; Vale" in letter.html


@pytest.mark.parametrize(
    ("amount", "currency", "english", "german"),
    [
        (127076, "EUR", "€\u00a01,270.76", "1.270,76\u00a0€"),
        (-5, "GBP", "−£\u00a00.05", "−0,05\u00a0£"),
        (1000, "JPY", "¥\u00a01,000", "1.000\u00a0¥"),
        (1234567, "KWD", "KWD\u00a01,234.567", "1.234,567\u00a0KWD"),
    ],
)
def test_money_is_written_as_the_language_does(amount: int, currency: str, english: str, german: str) -> None:
    assert figures.money(amount, currency, "en") == english
    assert figures.money(amount, currency, "de") == german


def test_days_are_written_as_the_language_does() -> None:
    moment = datetime(2026, 3, 6, tzinfo=UTC)
    assert (figures.day(moment, "en"), figures.day(moment, "de")) == ("6 March 2026", "6. März 2026")


def test_a_letter_is_tried_eight_times_with_growing_waits() -> None:
    waits = [patience.wait_after(attempts) for attempts in range(1, 10)]
    minutes = [wait // timedelta(minutes=1) if wait else None for wait in waits]
    assert minutes == [1, 4, 16, 64, 256, 360, 360, None, None]
