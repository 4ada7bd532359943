"""A refusal says what to do, and its facts are its fields."""

from velora.kernel.errors import Forbidden, Invalid, NotFound


def test_a_refusal_tells_its_code_and_what_to_do():
    refusal = NotFound("order", "ord_0000000000001")
    assert str(refusal) == "request.not_found: There is no order ord_0000000000001 here. Check the address, or look for it in the list."
    assert refusal.facts() == {"kind": "order", "id": "ord_0000000000001"}
    assert (refusal.status, Forbidden("x").status) == (404, 403)


def test_a_wrong_field_is_pointed_at():
    assert Invalid("/email", "Give an address.").facts() == {"errors": [{"pointer": "/email", "detail": "Give an address."}]}


def test_refusals_of_the_same_facts_are_the_same():
    assert NotFound("order", "1") == NotFound("order", "1")
    assert NotFound("order", "1") != NotFound("order", "2")
