"""Words as both engines hold them: what a text is parted into, and which forms of a word are the same.

It is done here and not in an engine, so that the embedded one and OpenSearch find the same, and so that what neither of them knows,
German compounds, measures and article numbers, is known to both. An engine holds terms and compares them; it parts nothing.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

LANGUAGES: Final = {
    "ar": "arabic", "da": "danish", "de": "german", "en": "english", "es": "spanish", "fi": "finnish",
    "fr": "french", "it": "italian", "nl": "dutch", "no": "norwegian", "pt": "portuguese", "sv": "swedish",
}  # fmt: skip
COMPOUNDING: Final = frozenset({"da", "de", "fi", "nl", "no", "sv"})
"""Languages that write two words as one: what such a word ends with is what it is, and what it begins with is of which kind."""

LONGEST_WORD: Final = 60
SHORTEST_HEAD: Final = 3  # letters; one of three must have four before it: an Armbanduhr is an Uhr, a Beweis is no Eis

_MARKS: Final = "\u0300-\u036f\u064b-\u065f\u0670\u0640"  # over Latin and Arabic letters, and what stretches Arabic ones
_WORD: Final = re.compile(rf"\d+(?:[.,٫٬]\d+)+|[^\W_](?:[^\W_]|[{_MARKS}])*")
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_DIMENSIONS: Final = re.compile(r"\d+(?:x\d+)+")
_HYPHENS: Final = frozenset({"", "-", "‐", "‑", "–", "/"})
_ELIDED: Final = frozenset({"l", "d", "j", "m", "t", "n", "s", "c", "qu", "jusqu", "lorsqu", "puisqu", "un", "dell", "all", "nell", "sull"})
_SPELLED: Final = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ى": "ي", "ة": "ه", "ـ": None, "٫": "."})
_ARABIC_STOPS: Final = frozenset(("من", "في", "على", "الي", "عن", "مع", "و", "او", "هذا", "هذه"))


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: as it is compared (`plain`), in lower case with its marks, and where it stands.

    `gap` is what is between it and the one before. `noun`: it begins with a capital, as German ones do.
    """

    plain: str
    lower: str
    start: int
    end: int
    gap: str
    noun: bool

    @property
    def tied(self) -> bool:
        """Nothing but a hyphen parts it from the one before."""
        return self.gap in _HYPHENS


def folded(text: str) -> str:
    """Without case and marks, digits as ASCII: what is typed for each other is the same."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold()).translate(_SPELLED)
    kept = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return "".join(str(unicodedata.digit(letter)) if letter.isdigit() else letter for letter in kept) if not kept.isascii() else kept


def words_in(text: str) -> list[Word]:
    """The words of a text, in order. What is elided is no word, nor is the English s of possession."""
    found: list[Word] = []
    end = 0
    for match in _WORD.finditer(text):
        gap, (end_before, end) = text[end : match.start()], (end, match.end())
        raw = match.group()[:LONGEST_WORD]
        if gap in ("'", "’") and end_before and found:
            if raw in ("s", "S"):
                continue
            if found[-1].plain in _ELIDED:
                found.pop()
        plain = _number(raw) if raw[0].isdigit() and not raw.isalnum() else folded(raw)
        pieces = plain.split("x") if _DIMENSIONS.fullmatch(plain) else [plain]
        lower = unicodedata.normalize("NFC", raw).lower()
        for number, piece in enumerate(pieces):
            before = "x" if number else gap if found else " "
            found.append(Word(piece, lower if len(pieces) == 1 else piece, match.start(), end, before, raw[:1].isupper()))
    return [word for word in found if word.plain]


def _number(raw: str) -> str:
    """`20,000` and `20.000` as 20000, `1,2` and `1.20` as 1.2: three digits are thousands where no nought leads."""
    first, *parts = re.split(r"[.,٫٬]", folded(raw).replace("٬", ","))
    if first != "0" and all(len(part) == 3 for part in parts):
        return first + "".join(parts)
    fraction = parts[-1].rstrip("0")
    whole = first + "".join(parts[:-1])
    return f"{whole}.{fraction}" if fraction else whole


# ------------------------------------------------------------------------------------------- forms


def language_of(locale: str) -> str | None:
    """The language whose forms are known, or None."""
    language = locale.split("-", maxsplit=1)[0].lower()
    return language if language in LANGUAGES else None


@lru_cache(maxsize=200_000)
def stems(plain: str, lower: str, language: str | None) -> tuple[str, ...]:
    """The terms for all forms of the word in this language, its main one first; none in a language that is not known.

    One is of the word without its marks and one of the word with them: many leave them out, and some endings are told by them.
    """
    if language is None or not plain.isalpha():
        return ()
    bare = _spelled_out(plain) if language == "de" else plain
    bases = [bare, *_english_singular(bare)] if language == "en" else [bare]
    forms = [folded(_stemmed(base, language)) for base in bases] + [folded(_stemmed(lower, language))]
    return tuple(dict.fromkeys(f"{language}={form}" for form in forms))


def _spelled_out(plain: str) -> str:
    """German without umlauts: ae, oe and ue are what some keyboards have for them."""
    return re.sub(r"(?<![aeq])ue", "u", plain.replace("ae", "a").replace("oe", "o"))


def _english_singular(plain: str) -> list[str]:
    """Knives are of a knife, loaves of a loaf: no stemmer knows."""
    return [plain[:-3] + "f", plain[:-3] + "fe"] if plain.endswith("ves") and len(plain) > 4 else []


@lru_cache(maxsize=200_000)
def _stemmed(word: str, language: str) -> str:
    return (_analyzer(language).analyze(word) or [word])[0]


@lru_cache
def _analyzer(language: str) -> TextAnalyzer:
    return TextAnalyzerBuilder(Tokenizer.raw()).filter(Filter.stemmer(LANGUAGES[language])).build()


@lru_cache
def _stops(language: str) -> TextAnalyzer | None:
    try:
        return TextAnalyzerBuilder(Tokenizer.raw()).filter(Filter.stopword(LANGUAGES[language])).build()
    except ValueError:  # a language without a list
        return None


def is_small(word: Word, language: str | None) -> bool:
    """Whether it is one of the small words that say nothing alone: for, the, zum, de."""
    if language is None or (len(word.plain) == 1 and word.plain not in "aeioy"):
        return False
    if language == "ar":
        return word.plain in _ARABIC_STOPS
    analyzer = _stops(language)
    return analyzer is not None and not (analyzer.analyze(word.lower) and analyzer.analyze(word.plain))


# ------------------------------------------------------------------------------------------- measures

_UNITS: Final[dict[str, tuple[str, int]]] = {
    name: (base, factor)
    for base, factor, names in (
        ("mg", 1, "mg"),
        ("mg", 1_000, "g gr gram grams gramm gramme grammes gramo gramos غرام جرام جم غ"),
        ("mg", 1_000_000, "kg kilo kilos kilogram kilograms kilogramm kilogramme kilogrammes kilogramo kilogramos كجم كغ كغم كيلو"),
        ("oz", 1, "oz ounce ounces unze unzen once onces onza onzas"),
        ("oz", 16, "lb lbs pound pounds pfund libra libras"),
        ("ml", 1, "ml milliliter millilitre millilitres mililitro mililitros مل"),
        ("ml", 10, "cl centiliter zentiliter centilitre centilitres"),
        ("ml", 100, "dl"),
        ("ml", 1_000, "l liter liters litre litres litro litros لتر ليتر"),
        ("mm", 1, "mm millimeter millimetre millimetres milimetro milimetros مم"),
        ("mm", 10, "cm zentimeter centimeter centimeters centimetre centimetres centimetro centimetros سم"),
        ("mm", 1_000, "m meter meters metre metres metro metros متر"),
        ("inch", 1, "inch inches zoll pouce pouces pulgada pulgadas بوصه"),
        ("inch", 12, "ft foot feet pied pieds pie pies"),
        ("w", 1, "w watt watts vatio vatios"),
        ("w", 1_000, "kw"),
        ("v", 1, "v volt volts"),
        ("mah", 1, "mah"),
        ("mah", 1_000, "ah"),
        ("gb", 1, "gb"),
        ("gb", 1_000, "tb"),
    )
    for name in names.split()
}
_WITH_UNIT: Final = re.compile(r"(\d+)([^\W\d_]+)")
_INCH_SIGNS: Final = ('"', "″", "”", "''")


def measures_in(text: str, words: Sequence[Word]) -> dict[int, tuple[int, str]]:
    """Measures by the place of their first word: how many words they are, and a term that is the same for 5 kg, 5kg and 5000 g."""
    found: dict[int, tuple[int, str]] = {}
    for place, word in enumerate(words):
        if _NUMBER.fullmatch(word.plain):
            unit = words[place + 1].plain if place + 1 < len(words) else ""
            if unit in _UNITS and text[word.end : words[place + 1].start].strip(" \u00a0\u202f-") == "":
                found[place] = 2, _measure(word.plain, unit)
            elif text[word.end :].startswith(_INCH_SIGNS):
                found[place] = 1, _measure(word.plain, "inch")
        elif (both := _WITH_UNIT.fullmatch(word.plain)) and both[2] in _UNITS:
            found[place] = 1, _measure(both[1], both[2])
    return found


def _measure(number: str, unit: str) -> str:
    base, factor = _UNITS[unit]
    whole, _, fraction = number.partition(".")
    scaled = int(whole + fraction) * factor
    shift = 10 ** len(fraction)
    return f"#{scaled // shift}{base}" if scaled % shift == 0 else f"#{scaled}/{shift}{base}"


# ------------------------------------------------------------------------------------------- joined words and parts of words

_RUNS: Final = re.compile(r"\d+|[^\W\d_]+")
_MOST_RUNS: Final = 6


def joined(words: Iterable[str]) -> str:
    """The term for words written as one."""
    return "+" + "".join(words)


def codes_in(words: Sequence[Word]) -> list[str]:
    """Terms for what is tied by hyphens, and for every part of an article number: WH-1000XM5 is known by WH1000 and XM5 too."""
    found: dict[str, None] = {}
    group: list[Word] = []
    for word in [*words, None]:
        follows = word and group and (word.tied or (word.gap == " " and word.plain[0].isdigit() and group[-1].plain.isalpha()))
        if group and not follows:
            if len(group) > 1 or not group[0].plain.isalpha():
                found |= dict.fromkeys(_codes([word.plain for word in group]))
            group = []
        if word:
            group.append(word)
    return list(found)


def _codes(parts: Sequence[str]) -> list[str]:
    whole = "".join(parts)
    found = [joined([whole])] if len(parts) > 1 else []
    if any(letter.isdigit() for letter in whole):
        runs = [run for part in parts for run in _RUNS.findall(part)][:_MOST_RUNS]
        ends = range(2, len(runs) + 1)
        found += [joined(runs[start:end]) for end in ends for start in range(end - 1)] + (
            [joined([run]) for run in runs] if len(runs) > 1 else []
        )
    return found


def heads(stem: str) -> list[str]:
    """What a compound of this stem may be: an Armbanduhr is an Uhr."""
    language, _, form = stem.partition("=")
    places = range(3, len(form) - SHORTEST_HEAD + 1)
    return [head_term(f"{language}={form[place:]}") for place in places if len(form) - place > SHORTEST_HEAD or place > SHORTEST_HEAD]


def kinds(stem: str) -> list[str]:
    """What a compound of this stem may be of, or for: a Kinderwagen is for a Kind."""
    language, _, form = stem.partition("=")
    return [kind_term(f"{language}={form[:place]}") for place in range(3, len(form) - 2)]


def head_term(stem: str) -> str:
    """The term of words that end with this stem."""
    return stem.replace("=", "~", 1)


def kind_term(stem: str) -> str:
    """The term of words that begin with this stem."""
    return stem.replace("=", "^", 1)


def splits(plain: str, language: str | None) -> list[tuple[str, str]]:
    """In which two words a compound may be parted; most of them are none, and find nothing."""
    if language not in COMPOUNDING or len(plain) < 7 or not plain.isalpha():
        return []
    vowels = set("aeiouy")
    parted = ((plain[:place], plain[place:]) for place in range(3, len(plain) - 2))
    return [(first, second) for first, second in parted if vowels & set(first) and vowels & set(second)]


# ------------------------------------------------------------------------------------------- a text as terms


def terms_of(text: str, locale: str, *, as_title: bool = False) -> list[str]:
    """Everything by which a text can be found. Words stand in their order first, then their stems in the same."""
    language = language_of(locale)
    words = words_in(text)
    forms = [stems(word.plain, word.lower, language) for word in words]
    found = [word.plain for word in words]
    found += [form[0] if form else word.plain for word, form in zip(words, forms, strict=True)] if language else []
    extra = [other for form in forms for other in form[1:]] + codes_in(words)
    extra += [term for _, term in measures_in(text, words).values()]
    if as_title:
        extra += _of_pairs(words, language) + _of_compounds(words, forms, language)
        extra.append(whole_title(words))
    return found + list(dict.fromkeys(extra))


def _of_pairs(words: Sequence[Word], language: str | None) -> list[str]:
    """Neighbours as one word: a tea pot is a teapot."""
    pairs = ["".join((one.plain, other.plain)) for one, other in pairwise(words)]
    return [term for pair in pairs for term in (joined([pair]), *stems(pair, pair, language)[:1])]


def _of_compounds(words: Sequence[Word], forms: Sequence[tuple[str, ...]], language: str | None) -> list[str]:
    if language not in COMPOUNDING:
        return []
    nouns = (form[0] for word, form in zip(words, forms, strict=True) if form and (word.noun or language != "de"))
    return [part for stem in nouns for part in (*heads(stem), *kinds(stem))]


def is_of_titles(term: str) -> bool:
    """Whether titles may have this term where the same words elsewhere have it not: two words as one, parts of compounds, all of it."""
    return term.startswith(("+", "=")) or "~" in term or "^" in term


def whole_title(words: Sequence[Word]) -> str:
    """The term that only the same words, all of them and in this order, have."""
    return "==" + "_".join(word.plain for word in words)
