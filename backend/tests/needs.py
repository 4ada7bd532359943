"""What a test needs from outside, asked for in one way, so that its absence can be made a failure."""

import os
import shutil

import pytest

MARK = "needs outside help:"


def needs_url(name: str) -> str:
    """The address of a real server from the environment; without it the test is skipped and says how to give one."""
    url = os.environ.get(name, "")
    if not url:
        pytest.skip(f"{MARK} set {name} to the address of a server that tests may write to", allow_module_level=True)
    return url


def needs_browser() -> str:
    """The path of a Chromium to drive; without one the test is skipped and says how to give one."""
    path = os.environ.get("VELORA_TEST_BROWSER") or shutil.which("chromium")
    if not path:
        pytest.skip(f"{MARK} install chromium or set VELORA_TEST_BROWSER to the path of one", allow_module_level=True)
    return path


def services_are_required() -> bool:
    """Whether a test may no longer skip for want of a service."""
    return bool(os.environ.get("VELORA_REQUIRE_SERVICES"))


def is_missing_service(reason: str) -> bool:
    """Whether a skip was for want of a service or a browser, in whatever words a test chose."""
    return MARK in reason or "VELORA_TEST_" in reason
