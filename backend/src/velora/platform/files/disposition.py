"""How a file says by which name it is saved."""

from urllib.parse import quote


def saved_as(name: str) -> str:
    """The value of Content-Disposition that has a browser save a file by this name, whatever letters it has (RFC 6266)."""
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in " ._-") else "_" for letter in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
