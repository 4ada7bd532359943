"""Orders on their way: paid, shipped in parcels, delivered, cancelled."""

from tests.builders.orders import a_line, a_paid_order, a_part
from velora.kernel.errors import NotFound
from velora.modules.orders import service as orders
from velora.modules.orders.service import Parcel, SentParcel, State, TooMany, WrongState


async def part_of(uow, paid, place=0):
    key = (paid.tenant_id, paid.parts[place].id)
    return (await orders.parts_by_id(uow, [key]))[key]


async def whole(uow, paid):
    read = await orders.full_order(uow, (paid.tenant_id, paid.order_id))
    assert read is not None
    return read


async def state_of(uow, paid):
    return (await whole(uow, paid)).order.state


async def events_of(uow, paid):
    return [one.kind for one in (await whole(uow, paid)).time_line]


def a_parcel(paid, *lines, place=0):
    return Parcel(paid.tenant_id, paid.parts[place].id, "DHL", "JD01", lines)


async def test_a_parcel_without_lines_takes_everything_that_is_left(uow):
    paid = await a_paid_order(uow, uow.new_id(), [a_part(uow, a_line(uow, quantity=3), a_line(uow))])
    first, second = paid.parts[0].lines
    await orders.ship(uow, [a_parcel(paid, (first.id, 1))])
    assert (await part_of(uow, paid)).state == State.PARTLY_SHIPPED
    [sent] = await orders.ship(uow, [a_parcel(paid)])
    assert isinstance(sent, SentParcel)
    assert sent.lines == ((first.id, 2), (second.id, 1))
    assert (await part_of(uow, paid)).state == await state_of(uow, paid) == State.SHIPPED


async def test_two_halves_in_one_batch_make_a_whole(uow):
    paid = await a_paid_order(uow, uow.new_id(), [a_part(uow, a_line(uow, quantity=2))])
    line = paid.parts[0].lines[0].id
    outcomes = await orders.ship(uow, [a_parcel(paid, (line, 1)), a_parcel(paid, (line, 1)), a_parcel(paid, (line, 1))])
    assert [type(one) for one in outcomes] == [SentParcel, SentParcel, TooMany]
    assert (await part_of(uow, paid)).state == State.SHIPPED
    read = await whole(uow, paid)
    assert (len(read.shipments), [one.quantity for one in read.contents], read.lines[0].shipped_quantity) == (2, [1, 1], 2)


async def test_the_second_of_two_whole_parcels_finds_nothing_left(uow):
    paid = await a_paid_order(uow, uow.new_id())
    outcomes = await orders.ship(uow, [a_parcel(paid), a_parcel(paid)])
    assert [type(one) for one in outcomes] == [SentParcel, WrongState]


async def test_one_refused_parcel_does_not_stop_its_neighbours(uow):
    tenant = uow.new_id()
    good, greedy = await a_paid_order(uow, tenant), await a_paid_order(uow, tenant)
    line = greedy.parts[0].lines[0].id
    unknown = Parcel(tenant, uow.new_id(), "DHL", "JD01")
    foreign = Parcel(uow.new_id(), good.parts[0].id, "DHL", "JD01")
    outcomes = await orders.ship(uow, [unknown, a_parcel(greedy, (line, 2)), a_parcel(good), foreign])
    assert [type(one) for one in outcomes] == [NotFound, TooMany, SentParcel, NotFound]
    assert outcomes[1] == TooMany(line, 2, 1)
    assert (await state_of(uow, greedy), await state_of(uow, good)) == (State.PAID, State.SHIPPED)
    assert await events_of(uow, greedy) == ["placed", "paid"]


async def test_a_line_of_another_order_is_not_sent(uow):
    tenant = uow.new_id()
    mine, theirs = await a_paid_order(uow, tenant), await a_paid_order(uow, tenant)
    assert await orders.ship(uow, [a_parcel(mine, (theirs.parts[0].lines[0].id, 1))]) == [TooMany(theirs.parts[0].lines[0].id, 1, 0)]


async def test_what_is_shipped_is_delivered_once(uow):
    paid = await a_paid_order(uow, uow.new_id())
    assert await orders.deliver(uow, [paid.part]) == []
    await orders.ship(uow, [a_parcel(paid)])
    assert await orders.deliver(uow, [paid.part]) == [paid.part]
    assert await orders.deliver(uow, [paid.part]) == []
    assert await events_of(uow, paid) == ["placed", "paid", "shipped", "delivered"]
    read = await whole(uow, paid)
    assert [one.delivered_at for one in read.shipments] == [uow.now]


async def test_an_order_of_two_sellers_is_as_far_as_the_slower(uow):
    paid = await a_paid_order(uow, uow.new_id(), [a_part(uow), a_part(uow)])
    await orders.ship(uow, [a_parcel(paid)])
    assert await state_of(uow, paid) == State.PARTLY_SHIPPED
    await orders.ship(uow, [a_parcel(paid, place=1)])
    await orders.deliver(uow, [paid.part])
    assert await state_of(uow, paid) == State.SHIPPED
    await orders.deliver(uow, [(paid.tenant_id, paid.parts[1].id)])
    assert await state_of(uow, paid) == State.DELIVERED


async def test_what_has_left_is_not_cancelled_and_the_rest_is(uow):
    paid = await a_paid_order(uow, uow.new_id(), [a_part(uow), a_part(uow)])
    await orders.ship(uow, [a_parcel(paid)])
    keys = sorted((paid.tenant_id, part.id) for part in paid.parts)
    outcomes = await orders.cancel_parts(uow, keys)
    assert [type(one).__name__ for one in outcomes] == ["WrongState", "SellerOrder"]
    assert ((await part_of(uow, paid)).state, (await part_of(uow, paid, 1)).state) == (State.SHIPPED, State.CANCELLED)
    lines = await orders.lines_of(uow, [keys[1]])
    assert [(line.quantity, line.cancelled_quantity) for line in lines[keys[1]]] == [(1, 1)]
    assert await state_of(uow, paid) == State.SHIPPED


async def test_a_seller_finds_its_orders_in_every_marketplace_and_nobody_elses(uow):
    seller = uow.new_id()
    here = await a_paid_order(uow, uow.new_id(), [a_part(uow, seller_id=seller)])
    there = await a_paid_order(uow, uow.new_id(), [a_part(uow, seller_id=seller), a_part(uow)])
    found = await orders.of_seller(uow, seller, orders.SOLD)
    assert [part.id for part in found] == [there.parts[0].id, here.parts[0].id]
    assert [part.id for part in await orders.of_seller(uow, seller, orders.SOLD, tenant_id=here.tenant_id)] == [here.parts[0].id]
    assert [part.id for part in await orders.of_seller(uow, seller, orders.SOLD, before=there.parts[0].id)] == [here.parts[0].id]
    assert await orders.count_of_seller(uow, seller, orders.TO_SHIP) == {"paid": 2}
    assert await orders.count_of_seller(uow, seller, orders.TO_SHIP, tenant_id=here.tenant_id) == {"paid": 1}
    assert await orders.count_of_seller(uow, seller, {State.SHIPPED}) == {}
    assert await orders.part_of_seller(uow, seller, there.parts[1].id) is None


async def test_a_seller_finds_orders_by_id_article_number_and_title(uow):
    seller = uow.new_id()
    paid = await a_paid_order(uow, uow.new_id(), [a_part(uow, seller_id=seller)])

    async def ids(**wanted):
        return [part.id for part in await orders.of_seller(uow, seller, orders.SOLD, **wanted)]

    mine = [paid.parts[0].id]
    assert await ids(named=(paid.order_id,)) == await ids(named=(mine[0],)) == mine
    assert await ids(text="bRaSs") == await ids(text="LAMP") == mine
    assert await ids(text="100%") == await ids(named=(uow.new_id(),)) == []


async def test_a_sellers_orders_come_newest_first_whatever_their_states(uow):
    seller, tenant = uow.new_id(), uow.new_id()
    paid = [await a_paid_order(uow, tenant, [a_part(uow, seller_id=seller)]) for _ in range(6)]
    await orders.cancel_parts(uow, [paid[1].part, paid[4].part])
    await orders.ship(uow, [a_parcel(paid[2])])
    newest = [one.parts[0].id for one in reversed(paid)]
    every = orders.SOLD | {State.CANCELLED}
    assert [part.id for part in await orders.of_seller(uow, seller, every)] == newest
    first = await orders.of_seller(uow, seller, every, limit=4)
    rest = await orders.of_seller(uow, seller, every, before=first[-1].id, limit=4)
    assert ([part.id for part in first], [part.id for part in rest]) == (newest[:4], newest[4:])


async def test_the_parts_of_orders_are_summed_by_seller_state_and_currency(uow):
    tenant, seller, other = uow.new_id(), uow.new_id(), uow.new_id()
    before = uow.new_id()
    kept = await a_paid_order(uow, tenant, [a_part(uow, seller_id=seller), a_part(uow, a_line(uow, net=300), seller_id=other)])
    gone = await a_paid_order(uow, tenant, [a_part(uow, seller_id=seller)])
    await orders.cancel_parts(uow, [gone.part])
    after = uow.new_id()
    await a_paid_order(uow, tenant, [a_part(uow, seller_id=seller)])
    await a_paid_order(uow, uow.new_id(), [a_part(uow, seller_id=seller)])
    total = gone.total_minor
    assert sorted(await orders.sums_of(uow, tenant, before, after)) == sorted(
        [
            (seller, "paid", "EUR", 1, total),
            (seller, "cancelled", "EUR", 1, total),
            (other, "paid", "EUR", 1, kept.total_minor - total),
        ]
    )
    assert (await orders.count_paid(uow, tenant, before, after), await orders.count_paid(uow, tenant, after, uow.new_id())) == (2, 1)
    ends = await orders.ends_of(uow, tenant)
    assert (ends is not None and ends[0]) == kept.order_id
    assert await orders.ends_of(uow, uow.new_id()) is None
