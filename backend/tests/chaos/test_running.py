"""`velora up`, `serve` and `worker` as real processes: they begin, answer, stop when told, and survive being killed."""

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path

import httpx
import pytest

VELORA = Path(sys.executable).parent / "velora"
PATIENCE = 120  # on a busy machine a process loads slowly
ESTABLISHED, LISTENING = "01", "0A"  # as /proc/net/tcp has them
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def start(tmp_path: Path) -> Generator[Start]:
    """Starts a command in an installation of this test's own, that hears Ctrl-C; whatever still runs at the end is killed."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background ignores it, and so would its children
    running: list[subprocess.Popen[str]] = []
    clean = {name: value for name, value in os.environ.items() if not name.startswith("VELORA_")}

    def begin(*words: str, **settings: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [VELORA, *words],
            env={**clean, "VELORA_HOME": str(tmp_path / "home"), **settings},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield begin
    signal.signal(signal.SIGINT, before)
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_until_ready(process: subprocess.Popen[str], port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    process.kill()
    pytest.fail(f"Not ready: {process.communicate()}")


def stopped(process: subprocess.Popen[str], with_signal: int = signal.SIGTERM) -> tuple[int, str]:
    """The exit code after being told to stop, and what was said."""
    process.send_signal(with_signal)
    said, complained = process.communicate(timeout=PATIENCE)
    return process.returncode, said + complained


def test_up_makes_its_database_answers_and_stops_with_0(start: Start, port: int):
    process = start("up", "--port", str(port))
    wait_until_ready(process, port)
    listed = httpx.get(f"http://127.0.0.1:{port}/api/v1/marketplaces")
    assert (listed.status_code, listed.json()["data"]) == (200, [])
    assert re.fullmatch("[0-9a-f]{16}", listed.headers["x-request-id"])
    assert httpx.get(f"http://127.0.0.1:{port}/api/docs").status_code == 200
    code, said = stopped(process, signal.SIGINT)
    assert code == 0
    assert f"http://localhost:{port}" in said
    assert "Traceback" not in said


def test_up_goes_on_after_being_killed(start: Start, port: int, tmp_path: Path):
    killed = start("up", "--port", str(port))
    wait_until_ready(killed, port)
    made = start("tenant", "create", "nordmarkt", "--name", "Nordmarkt")
    made.communicate(timeout=PATIENCE)
    assert made.returncode == 0
    killed.kill()
    killed.wait(PATIENCE)
    again = start("up", "--port", str(port))
    wait_until_ready(again, port)
    found = httpx.get(f"http://127.0.0.1:{port}/api/v1/storefront", headers={"host": f"nordmarkt.localhost:{port}"})
    assert found.json()["name"] == "Nordmarkt"
    code, said = stopped(again)
    assert code == 0
    assert f"Nordmarkt   http://nordmarkt.localhost:{port}" in said
    doctor = start("doctor", "--json")
    assert '"subject": "outbox"' in doctor.communicate(timeout=PATIENCE)[0]


def test_several_processes_serve_on_one_port_and_stop_with_0(start: Start, port: int):
    start("db", "upgrade").communicate(timeout=PATIENCE)
    process = start("serve", "--port", str(port), "--workers", "2")
    wait_until_ready(process, port)
    code, said = stopped(process)
    assert code == 0
    assert "with 2 processes" in said
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/health/live")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_process_that_is_told_to_stop_says_so_first_and_answers_meanwhile(start: Start, port: int, workers: str):
    start("db", "upgrade").communicate(timeout=PATIENCE)
    process = start("serve", "--port", str(port), "--workers", workers, VELORA_DRAIN_SECONDS="4")
    wait_until_ready(process, port)
    process.send_signal(signal.SIGTERM)
    told: list[tuple[int, int]] = []
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline and (not told or told[-1][0] != 503):
        told.append(tuple(httpx.get(f"http://127.0.0.1:{port}{path}").status_code for path in ("/health/ready", "/api/v1/marketplaces")))  # pyright: ignore[reportArgumentType] -- two paths, two codes
        time.sleep(0.05)
    assert told[-1] == (503, 200)
    assert {answered for _, answered in told} == {200}
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0


def test_a_worker_answers_its_probes_on_an_address_of_its_own(start: Start, port: int):
    start("db", "upgrade").communicate(timeout=PATIENCE)
    process = start("worker", VELORA_OPERATIONS_ADDRESS=f"127.0.0.1:{port}")
    wait_until_ready(process, port)
    startup = httpx.get(f"http://127.0.0.1:{port}/health/startup")
    assert (startup.status_code, startup.json()["status"]) == (200, "started")
    taken = start("worker", VELORA_OPERATIONS_ADDRESS=f"127.0.0.1:{port}")
    _, complained = taken.communicate(timeout=PATIENCE)
    assert taken.returncode == 1
    assert f"127.0.0.1:{port} is taken by another program" in complained
    assert stopped(process)[0] == 0


def test_the_figures_of_several_processes_are_told_as_one_and_outlive_a_process(start: Start, port: int):
    start("db", "upgrade").communicate(timeout=PATIENCE)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        figures = f"127.0.0.1:{free.getsockname()[1]}"
    process = start("serve", "--port", str(port), "--workers", "2", VELORA_OPERATIONS_ADDRESS=figures)
    wait_until_ready(process, port)

    def asked() -> float:
        series = [line.rsplit(" ", 1) for line in httpx.get(f"http://{figures}/metrics").text.splitlines() if not line.startswith("#")]
        mine = 'velora_http_request_duration_seconds_count{method="GET",route="/api/v1/marketplaces",status="2xx"}'
        assert not any("queue" in name or "pid=" in name for name, _ in series)
        return sum(float(value) for name, value in series if name == mine)

    for _ in range(40):  # each on a connection of its own, so that both processes have some
        assert httpx.get(f"http://127.0.0.1:{port}/api/v1/marketplaces").status_code == 200
    assert asked() == 40
    os.kill(min(serving_processes(process, port)), signal.SIGKILL)
    assert httpx.get(f"http://127.0.0.1:{port}/api/v1/marketplaces", timeout=PATIENCE).status_code == 200
    assert asked() == 41
    assert stopped(process)[0] == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux spreads connections over several sockets")
def test_connections_are_spread_over_the_processes_and_a_killed_one_is_replaced(start: Start, port: int):
    start("db", "upgrade").communicate(timeout=PATIENCE)
    process = start("serve", "--port", str(port), "--workers", "2")
    wait_until_ready(process, port)
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", port))

    def answers() -> bool:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
            connection.request("GET", "/health/live")
            return connection.getresponse().status == 200

    assert len(serving_processes(process, port)) == 2
    with contextlib.ExitStack() as open_ones:
        for _ in range(64):
            open_ones.enter_context(socket.create_connection(("127.0.0.1", port)))
        first = serving_processes(process, port, connections=64)
    assert min(first.values()) >= 12, first  # of 64, less than once in a million tries by chance
    os.kill(min(first), signal.SIGKILL)
    assert all(answers() for _ in range(16))
    assert min(first) not in serving_processes(process, port)
    process.kill()  # its processes must not keep the port from the next ones
    again = started_on(start, port)
    wait_until_ready(again, port)
    assert stopped(again)[0] == 0


def started_on(start: Start, port: int) -> subprocess.Popen[str]:
    """`velora serve`, as soon as the port is free."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                break
        assert time.monotonic() < deadline, "the port is never given back"
        time.sleep(0.2)
    return start("serve", "--port", str(port))


def serving_processes(parent: subprocess.Popen[str], port: int, *, connections: int = 0) -> dict[int, int]:
    """How many connections to the port each child has, once both listen and have taken so many."""
    deadline = time.monotonic() + PATIENCE
    while True:
        sockets = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        ours = {words[9]: words[3] for words in sockets if words[1].endswith(f":{port:04X}")}
        held: dict[int, list[str]] = {}
        for status in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                if int(status.read_text().rsplit(") ", 1)[1].split()[1]) == parent.pid:
                    links = [os.readlink(link) for link in (status.parent / "fd").iterdir()]
                    held[int(status.parent.name)] = [state for link in links if (state := ours.get(link[8:-1]))]
        serving = {pid: states.count(ESTABLISHED) for pid, states in held.items() if LISTENING in states}
        if (len(serving) == 2 and sum(serving.values()) >= connections) or time.monotonic() > deadline:
            return serving
        time.sleep(0.1)


def test_a_worker_stops_with_0_when_told(start: Start):
    start("db", "upgrade").communicate(timeout=PATIENCE)
    process = start("worker")
    assert process.stderr is not None
    assert "relay events" in process.stderr.readline()
    code, said = stopped(process)
    assert code == 0
    assert "Traceback" not in said


def test_ctrl_c_in_the_middle_of_long_work_says_what_holds(start: Start):
    assert start("db", "upgrade").wait(PATIENCE) == 0
    filling = start("demo", "load")
    assert filling.stderr is not None
    assert filling.stderr.readline().startswith("Filling the demo marketplaces")
    code, said = stopped(filling, signal.SIGINT)
    assert code == 130
    assert said.startswith("Stopped. Nothing is half-done")


def test_whoever_reads_only_the_beginning_of_an_answer_sees_no_complaint(start: Start):
    process = start("openapi")
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(PATIENCE) == 1
    assert process.stderr is not None
    assert process.stderr.read() == ""
