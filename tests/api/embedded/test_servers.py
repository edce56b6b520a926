"""Several processes, one pair of servers: who starts, who stops, what survives."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest
import redis

from api.embedded import EmbeddedError, Servers, daemon, embedded_servers
from api.embedded.postgres import SETTINGS
from tests.api.embedded.conftest import (
    REPOSITORY,
    USER_EXIT_TIMEOUT_S,
    USER_PROGRAM,
    User,
    processes_of,
    query,
    store,
    stored,
)

RECOVERY_LIMIT_S = 120.0
KILLS = 12
# What makes a start long, in the words of the two servers.
RECOVERIES = ("automatic recovery in progress", "database system was interrupted")


@pytest.fixture(scope="module")
def prepared() -> Iterator[Path]:
    """A data folder used once: copying it is quicker than making one for each test."""
    with TemporaryDirectory(prefix="siyu-test-") as folder:
        Path(folder).chmod(0o755)
        with embedded_servers(Path(folder) / "data"):
            pass
        yield Path(folder) / "data"


@pytest.fixture
def data(folder: Path, prepared: Path) -> Path:
    """A data folder that was used before and holds nothing yet."""
    subprocess.run(["cp", "-a", prepared, folder], check=True)
    return folder / "data"


def pid(data: Path, name: str) -> int:
    return int((data / f"{name}.pid").read_text())


def until_stored(servers: Servers, expected: tuple[str, str]) -> None:
    deadline = time.monotonic() + RECOVERY_LIMIT_S
    while time.monotonic() < deadline:
        try:
            assert stored(servers) == expected
        except (OSError, asyncpg.PostgresError, redis.ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the servers did not come back")


def test_servers_stop_with_their_last_user_and_keep_the_data(data: Path) -> None:
    with embedded_servers(data) as servers:
        store(servers, "春")
        assert len(processes_of(data)) == 2
    assert processes_of(data) == {}

    made = (data / "postgres").stat().st_ino
    with embedded_servers(data) as servers:
        assert stored(servers) == ("春", "春")

    # It was a warm start: nothing was made anew, and nothing recovered.
    assert (data / "postgres").stat().st_ino == made
    assert not any(words in (data / "log" / "postgres.log").read_text() for words in RECOVERIES)
    assert processes_of(data) == {}


def test_nothing_listens_on_the_network_and_commits_are_durable(data: Path) -> None:
    with embedded_servers(data) as servers:
        effective = dict(zip(SETTINGS, query(servers, *(f"SHOW {name}" for name in SETTINGS)), strict=True))
        charset = query(servers, "SHOW server_encoding", "SELECT lower('Ü')")
        with redis.Redis.from_url(servers.redis_url, decode_responses=True) as client:
            cache = client.config_get("*")

    assert effective == SETTINGS
    assert charset == ["UTF8", "ü"]
    assert (cache["port"], cache["appendonly"], cache["maxmemory-policy"]) == ("0", "yes", "noeviction")


def test_a_second_user_keeps_the_servers_alive(data: Path, new_user: Callable[[], User]) -> None:
    first = new_user()
    with embedded_servers(data) as servers:
        store(servers, "two")
        first.leave()
        assert stored(servers) == ("two", "two")

    assert processes_of(data) == {}


def test_orphans_of_a_killed_user_are_adopted(data: Path, new_user: Callable[[], User]) -> None:
    user = new_user()
    store(user.servers, "orphan")
    user.kill()
    orphans = pid(data, "postgres"), pid(data, "valkey")

    with embedded_servers(data) as servers:
        assert (pid(data, "postgres"), pid(data, "valkey")) == orphans
        assert stored(servers) == ("orphan", "orphan")

    assert processes_of(data) == {}


@pytest.mark.parametrize("names", [("postgres",), ("valkey",), ("postgres", "valkey")])
def test_a_server_killed_while_in_use_comes_back_with_its_data(data: Path, names: tuple[str, ...]) -> None:
    with embedded_servers(data) as servers:
        store(servers, "back")
        for name in names:
            os.kill(pid(data, name), signal.SIGKILL)
        until_stored(servers, ("back", "back"))

    assert processes_of(data) == {}


@pytest.mark.parametrize("dead", ["postgres", "valkey"])
def test_only_the_dead_one_of_two_orphans_is_started(data: Path, new_user: Callable[[], User], dead: str) -> None:
    user = new_user()
    store(user.servers, "half")
    user.kill()
    before = {name: pid(data, name) for name in ("postgres", "valkey")}
    os.kill(before[dead], signal.SIGKILL)

    with embedded_servers(data) as servers:
        after = {name: pid(data, name) for name in ("postgres", "valkey")}
        assert stored(servers) == ("half", "half")

    assert {name for name in before if before[name] != after[name]} == {dead}


def test_pid_files_that_name_a_stranger_are_not_believed(data: Path) -> None:
    with embedded_servers(data) as servers:
        store(servers, "stale")
    for file in (data / "postgres.pid", data / "valkey.pid", data / "postgres" / "postmaster.pid"):
        file.write_text(f"{os.getpid()}\n")

    with embedded_servers(data) as servers:
        assert stored(servers) == ("stale", "stale")


def test_a_torn_end_of_the_append_only_file_is_cut_off(data: Path) -> None:
    with embedded_servers(data) as servers:
        store(servers, "whole")
    (tail,) = (data / "valkey" / "appendonlydir").glob("*.incr.aof")
    with tail.open("ab") as file:
        file.write(b"*3\r\n$3\r\nSET\r\n$4\r\nno")

    with embedded_servers(data) as servers:
        assert stored(servers) == ("whole", "whole")


def test_a_server_that_cannot_start_names_its_log_and_takes_the_other_along(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daemon, "LAUNCHES_MAX", 1)
    for manifest in (data / "valkey" / "appendonlydir").glob("*.manifest"):
        manifest.write_text("nonsense\n")

    with pytest.raises(EmbeddedError, match=r"Valkey did not start .*valkey\.log"), embedded_servers(data):
        pass
    assert processes_of(data) == {}


def test_an_impatient_second_interrupt_leaves_no_server_behind(data: Path, new_user: Callable[[], User]) -> None:
    user = new_user()

    user.process.send_signal(signal.SIGINT)
    time.sleep(0.05)
    user.process.send_signal(signal.SIGINT)
    user.process.wait(USER_EXIT_TIMEOUT_S)

    assert processes_of(data) == {}


def test_a_killed_first_start_is_waited_for_that_still_makes_the_data_directory(folder: Path) -> None:
    data = folder / "half"
    with subprocess.Popen(
        [sys.executable, "-c", USER_PROGRAM, data], cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as process:
        while not (data / "postgres.new" / "base").exists():
            assert process.poll() is None
            time.sleep(0.005)
        process.kill()

    with embedded_servers(data) as servers:
        store(servers, "whole")


@pytest.mark.prove
def test_starts_killed_at_any_moment_leave_at_most_one_pair(folder: Path) -> None:
    data = folder / "fresh"
    for attempt in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", USER_PROGRAM, data], cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
        ) as process:
            time.sleep(0.1 + attempt * 0.15)
            process.kill()

    with embedded_servers(data) as servers:
        store(servers, "one pair")
        started = {name: pid(data, name) for name in ("postgres", "valkey")}
        assert set(started.values()) <= set(processes_of(data))
        assert len(processes_of(data)) == 2
    assert processes_of(data) == {}
