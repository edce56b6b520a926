"""The schema of all plugins, built once a process."""

from functools import cache

from graphql import GraphQLSchema

from api.services import PLUGINS_FOLDER
from schema import build_schema
from siyu.campaigns import load_registry


@cache
def whole_schema() -> GraphQLSchema:
    """As graphql-core sees it."""
    return build_schema(load_registry(PLUGINS_FOLDER))._schema
