"""The shop that the documents are run against, and the commands of one that runs as processes."""

from tests.api.conftest import commands, settings, tokens
from tests.schema.conftest import shop

__all__ = ["commands", "settings", "shop", "tokens"]
