"""The deployment that the client's tests talk to."""

from tests.api.conftest import services, settings, tokens

__all__ = ["services", "settings", "tokens"]
