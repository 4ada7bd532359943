"""The rules of merchandising: which words are the same, what a rule does to a search, and which queries are remembered."""
