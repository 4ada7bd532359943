"""Measurements: real HTTP against a real server process, with the conditions written beside the figures."""
