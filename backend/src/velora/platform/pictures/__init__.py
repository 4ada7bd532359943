"""Pictures that strangers send: looked at, and made into those that pages show, in a process of their own with bounds to what it takes.

`thumbs` is what that process does, `child` how it is spoken with, and `make` what everybody else calls.
"""

from velora.platform.pictures.make import Made, MakerFailed, Unfit, digest_of, make_thumbs

__all__ = ["Made", "MakerFailed", "Unfit", "digest_of", "make_thumbs"]
