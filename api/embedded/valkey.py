"""Runs Valkey from a wheel: settings and readiness."""

import socket
from pathlib import Path

from api.embedded.daemon import CONNECT_TIMEOUT_S, Daemon
from api.embedded.folder import Home
from api.embedded.programs import Programs
from api.embedded.sockets import socket_folder

SOCKET_NAME = "valkey.sock"

SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    # The command line is how we recognise the process (processes.py).
    "set-proc-title": "no",
    "appendonly": "yes",
    # A cache that can be rebuilt from SQL: losing a second of it is cheap, a flush a write is not.
    "appendfsync": "everysec",
    # After kill -9 the file may end within a command; drop that tail and serve the rest.
    "aof-load-truncated": "yes",
    "save": "",
    # Bounded, and full means an error: evicting one board's key would show a wrong ranking.
    "maxmemory": "512mb",
    "maxmemory-policy": "noeviction",
}


def valkey(home: Home, programs: Programs) -> Daemon:
    """Describe the Valkey server of this home."""
    path = socket_folder(home) / SOCKET_NAME
    settings = [word for name, value in SETTINGS.items() for word in (f"--{name}", value)]
    return Daemon(
        name="Valkey",
        account=home.account,
        command=[programs.valkey, "--dir", home.valkey, "--unixsocket", path, *settings],
        folder=home.valkey,
        pid_file=home.path / "valkey.pid",
        log=home.log / "valkey.log",
        socket=path,
        is_ready=lambda: _is_ready(path),
    )


def redis_url(home: Home) -> str:
    """Return the address for redis-py."""
    return f"unix://{socket_folder(home) / SOCKET_NAME}"


def prepare_valkey(home: Home) -> None:
    """Make the folder of the append-only file."""
    home.valkey.mkdir(0o700, exist_ok=True)
    home.account.own(home.valkey)


def _is_ready(path: Path) -> bool:
    """Whether PING is answered; while the file is being loaded the answer is an error."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(CONNECT_TIMEOUT_S)
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(5) == b"+PONG"
        except OSError:
            return False
