"""Runs the server's own PostgreSQL and Valkey, so that one command needs nothing installed."""

from api.embedded.errors import EmbeddedError
from api.embedded.servers import Servers, embedded_servers

__all__ = ["EmbeddedError", "Servers", "embedded_servers"]
