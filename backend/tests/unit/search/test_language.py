"""How a text is parted into words, and which forms of a word are the same."""

import pytest

from velora.platform.search.language import codes_in, folded, heads, is_small, kinds, measures_in, splits, stems, terms_of, words_in


def plain(text: str) -> list[str]:
    return [word.plain for word in words_in(text)]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Brass  LAMP", ["brass", "lamp"]),
        ("SKU-77/b", ["sku", "77", "b"]),
        ("title:lamp AND (*", ["title", "lamp", "and"]),
        ("l'été d’or", ["ete", "or"]),
        ("the Tidewaiter's", ["the", "tidewaiter"]),
        ("Ærø Straße", ["aero", "strasse"]),
        ("مِصْباح نُحاسي ١٫٢", ["مصباح", "نحاسي", "1.2"]),
        ("20,000 0.750 1.2l 12.345,60", ["20000", "0.75", "1.2", "l", "12345.6"]),
        ("135x200 135 × 200", ["135", "200", "135", "200"]),
        ("\x00 - _ €", []),
    ],
)
def test_words_are_parted_and_folded(typed: str, words: list[str]):
    assert plain(typed) == words


def same(one: str, other: str, language: str) -> bool:
    [[first], [second]] = words_in(one), words_in(other)
    return bool(set(stems(first.plain, first.lower, language)) & set(stems(second.plain, second.lower, language)))


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("candles", "candle", "en"), ("knives", "knife", "en"), ("loaves", "loaf", "en"), ("brushes", "brush", "en"),
        ("Häuser", "Haus", "de"), ("Hauser", "Häuser", "de"), ("Moebel", "Möbel", "de"), ("Gläser", "Glas", "de"),
        ("théières", "theiere", "fr"), ("bijoux", "bijou", "fr"), ("camiones", "camión", "es"), ("lámparas", "lampara", "es"),
        ("المصباح", "مصباح", "ar"), ("قهوه", "قهوة", "ar"),
    ],
)  # fmt: skip
def test_forms_of_a_word_are_the_same(one: str, other: str, language: str):
    assert same(one, other, language)


def test_forms_of_two_words_are_not_the_same_and_languages_are_kept_apart():
    assert not same("lamp", "lampoon", "en")
    assert stems("rot", "rot", "de") != stems("rot", "rot", "en")
    assert stems("rot", "rot", None) == ()


def terms(text: str) -> list[str]:
    return [term for _, term in measures_in(text, words_in(text)).values()]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5kg", "5 kg"), ("5 kg", "5000 g"), ("500ml", "0.5 l"), ("50 cl", "500 ml"), ("1,2 Liter", "1200ml"), ("12\"", "12 inch"),
        ("30 cm", "300 mm"), ("20,000 mAh", "20000mah"), ("١ كجم", "1 kg"), ("2 ft", "24 inches"),
    ],
)  # fmt: skip
def test_a_measure_is_the_same_however_it_is_written(one: str, other: str):
    assert terms(one) == terms(other)
    assert len(terms(one)) == 1


def test_numbers_without_a_unit_are_no_measure():
    assert terms("size 5, 24 pieces, E27") == []


@pytest.mark.parametrize("typed", ["wh1000xm5", "1000xm5", "xm5", "wh1000"])
def test_an_article_number_is_known_by_its_parts(typed: str):
    assert f"+{typed}" in codes_in(words_in("Headphones WH-1000XM5, black"))


def test_what_is_tied_by_a_hyphen_or_is_a_word_with_its_number_is_one_word_too():
    assert codes_in(words_in("T-shirt, size")) == ["+tshirt"]
    assert "+nebel400" in codes_in(words_in("Headlight Nebel 400"))
    assert codes_in(words_in("Steinbock, 75")) == []


def test_a_compound_is_what_it_ends_with_and_of_what_it_begins_with():
    assert "de~schuh" in heads("de=laufschuh")
    assert "de~uhr" in heads("de=armbanduhr")
    assert "de~eis" not in heads("de=beweis")
    assert "de^lauf" in kinds("de=laufschuh")
    assert ("lauf", "schuhe") in splits("laufschuhe", "de")
    assert splits("laufschuhe", "en") == []


def test_small_words_say_nothing_alone():
    small = {word.plain for text, language in (("the lamp for", "en"), ("zum Lesen", "de"), ("de la table", "fr"), ("من الجلد", "ar"))
             for word in words_in(text) if is_small(word, language)}  # fmt: skip
    assert small == {"the", "for", "zum", "de", "la", "من"}


def test_a_title_is_known_as_a_whole_and_by_neighbours_as_one_word():
    found = terms_of("Tea pot, red", "en-GB", as_title=True)
    assert {"tea", "pot", "red", "en=teapot", "+teapot", "==tea_pot_red"} <= set(found)
    assert "+teapot" not in terms_of("Tea pot, red", "en-GB")


def test_folding_an_ascii_text_changes_its_case_alone():
    assert folded("Brass-LAMP 3") == "brass-lamp 3"
