"""A marketplace sets what it takes of its sellers' sales; every change is a new version, and is recorded."""
