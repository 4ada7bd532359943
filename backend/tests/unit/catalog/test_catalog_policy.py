"""What a product, an attribute, an address and a price must be."""

from dataclasses import replace

import pytest

from tests.builders.catalog import COLOUR, DIMMABLE, HEIGHT, a_draft
from velora.kernel.errors import Invalid
from velora.modules.catalog.policy import (
    OfferDraft,
    Picture,
    VariantDraft,
    attribute_from_text,
    inherited,
    is_picture,
    refuse_attributes,
    refuse_draft,
    refuse_offer,
    shown,
    slug_of,
    variant_title,
    would_circle,
)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Brass Lamp", "brass-lamp"),
        ("  Große Häuser & Höfe ", "grosse-hauser-and-hofe"),
        ("Smørrebrød", "smorrebrod"),
        ("***", "product"),
        ("灯", "product"),
        ("x" * 300, "x" * 100),
    ],
)
def test_an_address_can_be_read_aloud(title, slug):
    assert slug_of(title) == slug


def test_a_complete_draft_is_accepted():
    assert refuse_draft(a_draft(1, sizes=("S", "M"))) is None


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"title": " "}, "/title"),
        ({"title": "x" * 201}, "/title"),
        ({"variants": ()}, "/variants"),
        ({"variants": (VariantDraft("A", {}), VariantDraft("A", {}))}, "/variants/1/sku"),
        ({"variants": (VariantDraft("A", {}), VariantDraft("B", {}))}, "/variants/1/options"),
        ({"variants": (VariantDraft("", {}),)}, "/variants/0/sku"),
        ({"variants": (VariantDraft("A", {"Size": "L"}),)}, "/variants/0/options"),
        ({"options": ("Size", "Size")}, "/options"),
        ({"options": ("x" * 41,)}, "/options"),
        ({"title": "two\nlines"}, "/title"),
        ({"variants": (VariantDraft(" A", {}),)}, "/variants/0/sku"),
        ({"variants": (VariantDraft("A", {"Size": "x" * 81}),), "options": ("Size",)}, "/variants/0/options"),
        ({"attributes": {"Seat Height": 1}}, "/attributes"),
        ({"attributes": {"height": 10**15}}, "/attributes"),
        ({"handle": "Not A Handle"}, "/handle"),
        ({"pictures": (Picture("a"),) * 13}, "/pictures"),
        ({"pictures": (Picture("a", "neon"),)}, "/pictures/0/tone"),
        ({"pictures": (Picture("javascript:alert(1)"),)}, "/pictures/0/name"),
    ],
)
def test_a_wrong_draft_is_told_where_it_is_wrong(change, pointer):
    refusal = refuse_draft(replace(a_draft(1), **change))
    assert isinstance(refusal, Invalid)
    assert refusal.pointer == pointer
    assert refusal.detail().endswith(".")


@pytest.mark.parametrize(
    ("name", "fine"), [("brass-lamp", True), ("https://cdn.example/a.jpg", True), ("http://x", False), ("../etc", False)]
)
def test_a_picture_is_a_drawing_or_a_safe_address(name, fine):
    assert is_picture(name) is fine


@pytest.mark.parametrize(
    ("definition", "value", "fine"),
    [
        (COLOUR, "brass", True),
        (COLOUR, "pink", False),
        (COLOUR, 3, False),
        (HEIGHT, 32, True),
        (HEIGHT, True, False),
        (HEIGHT, "32", False),
        (DIMMABLE, False, True),
        (DIMMABLE, 1, False),
    ],
)
def test_an_attribute_has_the_type_of_its_definition(definition, value, fine):
    refusal = refuse_attributes([definition], {definition.key: value})
    assert (refusal is None) is fine
    assert refusal is None or refusal.pointer == f"/attributes/{definition.key}"


def test_attributes_that_are_not_defined_here_pass():
    assert refuse_attributes([COLOUR], {"voltage": "230"}) is None


def test_a_cell_of_a_table_becomes_a_typed_value():
    assert attribute_from_text(HEIGHT, " 32 ") == 32
    assert attribute_from_text(DIMMABLE, "Yes") is True
    assert attribute_from_text(COLOUR, "brass") == "brass"
    assert isinstance(attribute_from_text(HEIGHT, "tall"), Invalid)


def test_values_are_shown_as_a_buyer_reads_them():
    assert (shown(HEIGHT, 32), shown(DIMMABLE, True), shown(COLOUR, "brass")) == ("32 cm", "", "brass")


@pytest.mark.parametrize(
    ("offer", "fine"),
    [
        (OfferDraft(1, 0), True),
        (OfferDraft(1, -1), False),
        (OfferDraft(1, 100, 100), False),
        (OfferDraft(1, 100, 101), True),
        (OfferDraft(1, 100, None, "luxury"), False),
    ],
)
def test_a_price_is_not_negative_and_lower_than_the_one_before(offer, fine):
    assert (refuse_offer(offer) is None) is fine


def test_variants_are_named_in_the_order_of_the_options():
    assert variant_title({"Colour": "Brass", "Size": "L"}, ["Size", "Colour"]) == "L / Brass"


def test_a_category_inherits_from_the_top_down_and_never_lies_below_itself():
    parents = {1: None, 2: 1, 3: 2}
    assert inherited(parents, 3) == [1, 2, 3]
    assert would_circle(parents, 1, 3)
    assert would_circle(parents, 1, 1)
    assert not would_circle(parents, 3, 1)
