"""The rules of letters: their words, their figures, and when to try again."""
