"""The shop that the documents are run against."""

from tests.schema.conftest import shop

__all__ = ["shop"]
