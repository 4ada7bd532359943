"""Orders: what a buyer asked of which sellers, and how far each seller is with it.

Owns      orders, seller_order, order_line, shipment, shipment_line, order_event
Answers   place, mark_authorised, mark_awaited, mark_paid, mark_failed, ship, deliver, cancel, mark_returned, complete;
          reads by buyer, seller and id
Emits     orders.order_placed.v1, orders.order_authorised.v1, orders.order_awaited.v1, orders.order_paid.v1,
          orders.order_failed.v1, orders.seller_order_shipped.v1, orders.seller_order_delivered.v1, orders.seller_order_cancelled.v1
Ignores   how it is paid, where the goods lie, who keeps which part of the money
"""
