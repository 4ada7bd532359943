"""What may happen to a cart."""

from velora.modules.cart.errors import CartFull
from velora.modules.cart.policy import (
    MOST_LINES,
    MOST_OF_ONE,
    Cart,
    Change,
    Line,
    Now,
    add,
    bought,
    from_json,
    look_over,
    merge,
    set_quantity,
    to_json,
    without,
)

LAMP = Now("Lamp", 4900, on_sale=True, available=10)


def a_cart(*quantities: tuple[int, int]) -> Cart:
    return Cart(tuple(Line(variant, quantity, f"Thing {variant}", 4900) for variant, quantity in quantities), version=1)


def filled(cart: Cart) -> dict[int, int]:
    return {line.variant_id: line.quantity for line in cart.lines}


def test_adding_the_same_again_adds_to_its_line():
    once = add(Cart(), 7, 1, LAMP, 100)
    assert isinstance(once, Cart)
    twice = add(once, 7, 2, LAMP, 200)
    assert isinstance(twice, Cart)
    assert (twice.lines, twice.version) == ((Line(7, 3, "Lamp", 4900, since=100),), 2)


def test_nobody_has_more_than_ninety_nine_of_one():
    cart = add(a_cart((7, 98)), 7, 50, LAMP, 100)
    assert isinstance(cart, Cart)
    assert filled(cart) == {7: MOST_OF_ONE}
    assert filled(set_quantity(cart, 7, 500)) == {7: MOST_OF_ONE}


def test_a_full_cart_takes_more_of_what_it_has_and_nothing_new():
    full = a_cart(*((number, 1) for number in range(MOST_LINES)))
    assert add(full, 1000, 1, LAMP, 100) == CartFull(MOST_LINES)
    assert isinstance(add(full, 5, 1, LAMP, 100), Cart)


def test_a_quantity_of_zero_removes_the_line():
    assert filled(set_quantity(a_cart((7, 3), (8, 1)), 7, 0)) == {8: 1}
    assert filled(without(a_cart((7, 3), (8, 1)), {8})) == {7: 3}


def test_setting_what_is_not_in_the_cart_changes_nothing():
    cart = a_cart((7, 3))
    assert set_quantity(cart, 9, 1) is cart


def test_at_sign_in_quantities_add_up_and_the_account_s_lines_come_first():
    merged = merge(a_cart((7, 60), (8, 1)), a_cart((9, 2), (7, 60)))
    assert filled(merged) == {7: MOST_OF_ONE, 8: 1, 9: 2}
    assert [line.variant_id for line in merged.lines] == [7, 8, 9]


def test_merging_an_empty_guest_cart_changes_nothing():
    mine = a_cart((7, 1))
    assert merge(mine, Cart()) is mine


ORDER, AFTERWARDS, LATER_ORDER = 500, 600, 700


def test_what_was_bought_leaves_once_and_the_rest_stays():
    once = bought(a_cart((7, 3), (8, 1), (9, 1)), ORDER, {7: 2, 8: 1})
    assert filled(once) == {7: 1, 9: 1}
    assert bought(once, ORDER, {7: 2, 8: 1}) is once
    assert filled(bought(once, LATER_ORDER, {7: 1})) == {9: 1}


def test_what_was_put_in_after_the_order_is_not_what_was_bought():
    again = add(without(a_cart((7, 1), (8, 1)), {7}), 7, 1, LAMP, AFTERWARDS)
    assert isinstance(again, Cart)
    assert filled(bought(again, ORDER, {7: 1})) == {8: 1, 7: 1}
    more = add(a_cart((7, 2)), 7, 1, LAMP, AFTERWARDS)
    assert isinstance(more, Cart)
    assert filled(bought(more, ORDER, {7: 2})) == {7: 1}


def test_at_sign_in_a_line_of_both_carts_counts_as_put_in_when_the_later_was():
    guest = add(Cart(), 7, 1, LAMP, AFTERWARDS)
    assert isinstance(guest, Cart)
    assert filled(bought(merge(a_cart((7, 1)), guest), ORDER, {7: 1})) == {7: 2}


def test_a_changed_price_is_said_once():
    cart, changes = look_over(a_cart((7, 1)), {7: Now("Lamp", 5200, True, 10)})
    assert changes == [Change(7, "Lamp", "price_changed", 4900, 5200)]
    assert look_over(cart, {7: Now("Lamp", 5200, True, 10)}) == (cart, [])


def test_a_quantity_falls_to_what_is_left_and_it_is_said_once():
    cart, changes = look_over(a_cart((7, 5)), {7: Now("Lamp", 4900, True, 2)})
    assert changes == [Change(7, "Lamp", "reduced", quantity=2)]
    assert filled(cart) == {7: 2}
    assert look_over(cart, {7: Now("Lamp", 4900, True, 2)})[1] == []


def test_what_is_sold_out_waits_in_the_cart():
    cart, changes = look_over(a_cart((7, 5)), {7: Now("Thing 7", 4900, True, 0)})
    assert (filled(cart), changes) == ({7: 5}, [])


def test_what_is_offered_no_longer_goes_and_is_named():
    cart, changes = look_over(a_cart((7, 5), (8, 1)), {7: Now("Lamp", 4900, False, 9)})
    assert cart.lines == ()
    assert changes == [Change(7, "Thing 7", "removed"), Change(8, "Thing 8", "removed")]


def test_a_kept_cart_comes_back_as_it_was():
    cart = a_cart((7, 5), ((1 << 62) + 1, 2))
    assert from_json(to_json(cart)) == cart
