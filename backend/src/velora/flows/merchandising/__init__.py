"""A marketplace says what its search is to know, on record; searches obey within moments, and what people look for is counted.

knowing     what this process knows of a marketplace's wishes, looked after once a second
arranging   a query with the pins, hides and synonyms that are for it
counting    queries are counted in memory and written behind, so that no search waits for it
suggesting  what somebody who types may mean: what others have searched and found
keeping     changes, each with its record in the audit
preview     a search with a rule and without it, side by side
"""
