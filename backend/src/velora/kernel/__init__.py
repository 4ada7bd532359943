"""The words every floor shares: money, ids, time, refusals, events, principals, pages. Standard library only."""
