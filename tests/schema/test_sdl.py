"""The committed schema is the schema."""

from pathlib import Path

from schema import build_schema
from tests.factories import shop_registry

COMMITTED = Path(__file__).parent.parent.parent / "schema" / "schema.graphql"


def test_the_committed_sdl_is_that_of_the_shipped_plugins() -> None:
    assert COMMITTED.read_text() == build_schema(shop_registry()).as_str() + "\n", "run `python -m api schema`"
