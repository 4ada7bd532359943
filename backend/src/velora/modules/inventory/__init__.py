"""Stock: how many of a variant lie where, and who may have them next.

Owns      stock_location, stock_level, stock_hold, stock_movement
Answers   hold, commit, release, ship, receive, set_on_hand, availability, levels
Emits     inventory.level_changed.v1
Ignores   what a variant is, who buys it, what it costs
"""
