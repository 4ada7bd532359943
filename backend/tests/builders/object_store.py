"""An S3 of a test's own: a real server of the protocol on the loopback, in a process of its own."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager

import httpx
import pytest

_SERVE = """
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server
server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
print(server.server_port, flush=True)
server.serve_forever()
"""


@contextmanager
def an_s3() -> Generator[str]:
    """Its endpoint; the server ends with the block."""
    server = subprocess.Popen([sys.executable, "-c", _SERVE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        assert port, "the S3 of the tests did not start"
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.communicate()


def a_bucket(endpoint: str, name: str, environment: pytest.MonkeyPatch) -> str:
    """The address of an empty bucket, as VELORA_ANCHOR_URL names it; how to reach it is in the variables of the store's tools."""
    for variable, value in {
        "AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "velora", "AWS_SECRET_ACCESS_KEY": "not a secret", "AWS_REGION": "us-east-1"
    }.items():  # fmt: skip
        environment.setenv(variable, value)
    httpx.put(f"{endpoint}/{name}").raise_for_status()
    return f"s3://{name}/books/anchors"
