"""From a cart to a paid order: R0 started and R1 placed in one commit, the gateway asked, R3 captured and R4 finished in another.

A crash in between loses nothing: the same key goes on from where the order stands, and so does the sweeper.
"""
