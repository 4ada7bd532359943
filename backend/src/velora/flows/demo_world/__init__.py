"""Three marketplaces with four months behind them, made by the product's own flows: to look at, to learn on, to test with.

`data/` says what there is, `plan` what happens when (from a seed), `stand` puts it there, `walk` lives through the months with a clock
of its own, and `load` does all of it once.
"""
