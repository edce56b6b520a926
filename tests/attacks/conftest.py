"""The application that is attacked, in this process."""

from tests.api.conftest import http, services, settings, tokens

__all__ = ["http", "services", "settings", "tokens"]
