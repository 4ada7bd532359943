"""Payouts: whoever has reached the threshold is paid everything, once, whatever the bank or this process does meanwhile."""
