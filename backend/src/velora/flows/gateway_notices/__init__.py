"""What gateways tell us by themselves: a notice is a hint to look at its object, and what that says is settled once."""
