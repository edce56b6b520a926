"""Each unusable data folder is told in one sentence; each usable one works wherever it lies."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from api.embedded import EmbeddedError, embedded_servers
from api.embedded import folder as folders
from tests.api.embedded.conftest import AS_ROOT, User, processes_of, store, stored

NOBODY = 65534

needs_root = pytest.mark.skipif(not AS_ROOT, reason="only root may do this")


@pytest.fixture
def mount(data: Path) -> Iterator[Callable[[str], None]]:
    """Mounts a small file system with the given options as the data folder."""
    data.mkdir()
    mounted = []

    def mount_with(options: str) -> None:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(data)]
        if subprocess.run(command, check=False, capture_output=True).returncode != 0:
            pytest.skip("this machine lets nobody mount")
        mounted.append(data)

    yield mount_with
    for path in mounted:
        subprocess.run(["umount", str(path)], check=True)


def refusal(data: Path) -> str:
    with pytest.raises(EmbeddedError) as refused, embedded_servers(data):
        pass
    assert "\n" not in str(refused.value)
    assert processes_of(data) == {}
    return str(refused.value)


def test_a_file_is_no_data_folder(data: Path) -> None:
    data.write_text("")

    assert "a file is in its place" in refusal(data)
    assert "a file is in its place" in refusal(data / "below")


def test_a_token_asked_for_before_the_first_start_does_no_harm(data: Path) -> None:
    data.mkdir()
    (data / "token-key.pem").write_text("made by `python -m api token`")

    with embedded_servers(data):
        assert processes_of(data)
    assert (data / "token-key.pem").exists()


def test_a_foreign_folder_is_left_untouched(data: Path) -> None:
    data.mkdir()
    (data / "letter.txt").write_text("dear diary")

    assert "is not siyu's, it holds 'letter.txt'" in refusal(data)
    assert [path.name for path in data.iterdir()] == ["letter.txt"]


@needs_root
def test_a_folder_of_another_user_is_refused(data: Path) -> None:
    data.mkdir()
    os.chown(data, NOBODY, -1)

    assert "belongs to nobody, and you are root" in refusal(data)


@pytest.mark.skipif(AS_ROOT, reason="nothing is closed to root")
def test_a_closed_folder_is_refused(data: Path) -> None:
    data.mkdir(0o500)

    assert "cannot be written" in refusal(data)


@needs_root
def test_a_read_only_file_system_is_refused(data: Path, mount: Callable[[str], None]) -> None:
    mount("ro")

    assert "cannot be written" in refusal(data)


@needs_root
def test_a_full_disk_is_told_at_the_first_start(data: Path, mount: Callable[[str], None]) -> None:
    mount("size=20m")

    assert "No space is left" in refusal(data)
    assert not (data / "postgres").exists()


def test_a_database_of_another_major_version_is_refused(data: Path) -> None:
    with embedded_servers(data):
        pass
    (data / "postgres" / "PG_VERSION").write_text("17\n")

    assert "holds a database of PostgreSQL 17, siyu runs 18" in refusal(data)


def test_a_first_start_killed_half_way_is_made_good(data: Path) -> None:
    with embedded_servers(data):
        pass
    (data / "postgres").rename(data / "postgres.new")
    (data / "postgres.new" / "PG_VERSION").unlink()

    with embedded_servers(data):
        assert not (data / "postgres.new").exists()


def test_users_may_come_to_a_fresh_folder_at_the_same_time(data: Path, new_user: Callable[[], User]) -> None:
    with ThreadPoolExecutor() as threads:
        both = [start.result() for start in [threads.submit(new_user), threads.submit(new_user)]]

    assert both[0].servers == both[1].servers
    for user in both:
        user.leave()
    assert processes_of(data) == {}


def test_a_long_path_gets_short_sockets_that_are_removed(folder: Path) -> None:
    data = folder / ("long" * 30) / "data"

    with embedded_servers(data) as servers:
        store(servers, "long")
        sockets = Path(servers.redis_url.removeprefix("unix://")).parent
        assert sockets.stat().st_mode & 0o777 == 0o700
    assert not sockets.exists()

    with embedded_servers(data) as servers:
        assert stored(servers) == ("long", "long")


def test_sockets_are_not_put_into_a_strangers_folder(folder: Path) -> None:
    data = folder / ("long" * 30) / "data"
    with embedded_servers(data) as servers:
        sockets = Path(servers.redis_url.removeprefix("unix://")).parent
    sockets.symlink_to(folder)

    try:
        assert "was made by somebody else" in refusal(data)
    finally:
        sockets.unlink()


@needs_root
def test_root_in_a_closed_folder_keeps_the_files_where_the_account_can_reach_them(
    folder: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = folder.with_name(f"{folder.name}-shared")
    monkeypatch.setattr(folders, "SHARED_ROOT", shared)
    folder.chmod(0o700)

    try:
        with embedded_servers(data) as servers:
            store(servers, "closed")
        (home,) = shared.iterdir()
        assert (data / "siyu-data.txt").read_text().splitlines()[-1] == str(home)
        folder.chmod(0o755)
        with embedded_servers(data) as servers:
            assert stored(servers) == ("closed", "closed")
        assert processes_of(home) == {}
    finally:
        shutil.rmtree(shared)


def test_a_vanished_home_is_not_mistaken_for_a_fresh_start(data: Path) -> None:
    data.mkdir()
    (data / "siyu-data.txt").write_text("ours\n/nowhere/data-1\n")

    assert "/nowhere/data-1, which is not there" in refusal(data)
