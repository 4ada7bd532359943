"""What became of a payment: one function settles it, whether the reply, a notice, the buyer's return or the sweeper brought it."""
