"""The world in the words of the trade, for tests. One file per room."""
