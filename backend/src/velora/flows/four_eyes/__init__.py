"""Four eyes: what somebody asked for is decided by a second person, and done when that one agrees. `actions` is the table of what."""
