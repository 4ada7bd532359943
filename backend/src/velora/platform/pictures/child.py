"""The process that looks at one stranger's picture: a file in at its standard input, thumbnails or a reason out. `make` starts it.

It may take so much memory and so much time, and then the system ends it. A picture that makes the decoder fall over takes this process
down, and no worker.
"""

import json
import os
import resource
import sys

from velora.platform.pictures.thumbs import NoPicture, thumbs_of

MOST_MEMORY = 2 << 30  # bytes of address space: forty megapixels with all that is made of them on the way
MOST_SECONDS = 40  # of one processor


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    os.nice(10)  # requests go first
    content = sys.stdin.buffer.read()
    try:
        width, height, files = thumbs_of(content)
    except NoPicture as error:
        _say({"unfit": str(error)})
        return
    except MemoryError:
        _say({"unfit": "The picture takes more memory than a picture may. Scale it down, and save it as JPEG."})
        return
    _say({"width": width, "height": height, "files": {name: len(written) for name, written in files.items()}})
    for written in files.values():
        sys.stdout.buffer.write(written)


def _say(what: dict[str, object]) -> None:
    sys.stdout.buffer.write(json.dumps(what).encode() + b"\n")


if __name__ == "__main__":
    main()
