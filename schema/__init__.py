"""The GraphQL schema: resolvers translate, call one service or query, and translate back."""

from schema.build import build_schema, buildable
from schema.context import ANONYMOUS, Context, Principal, Role
from schema.errors import ApiError, ErrorCode
from schema.execution import answer_of, execute, shaped
from schema.kinds import SiyuSchema

__all__ = [
    "ANONYMOUS",
    "ApiError",
    "Context",
    "ErrorCode",
    "Principal",
    "Role",
    "SiyuSchema",
    "answer_of",
    "build_schema",
    "buildable",
    "execute",
    "shaped",
]
