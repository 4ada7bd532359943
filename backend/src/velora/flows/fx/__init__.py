"""Money is changed by an explicit journal: what went out, what came in, at which rate, and who says so. Never silently."""
