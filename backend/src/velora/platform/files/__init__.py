"""Files: what sellers upload and what is made of it, by key.

Port       port.py
Adapters   folder.py (a folder, reached through us by signed tickets), objects.py (S3 and its like, reached by its own signed addresses)
"""

from velora.platform.files.port import Files, FilesAway, Listed, TooLarge, Upload

__all__ = ["Files", "FilesAway", "Listed", "TooLarge", "Upload"]
