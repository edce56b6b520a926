"""The deployment that the client's tests talk to."""

from tests.api.conftest import commands, services, settings, tokens

__all__ = ["commands", "services", "settings", "tokens"]
