"""The GraphQL schema: resolvers translate, call one service or query, and translate back.

What takes long is loaded when it is asked for: a command that prints a token needs a `Principal`, and none of the
GraphQL types.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from schema.principals import ANONYMOUS, Principal, Role

if TYPE_CHECKING:
    from schema.auditing import AUDITED_ROLES, audited, may_change
    from schema.build import build_schema, buildable
    from schema.codes import ErrorCode
    from schema.context import Context
    from schema.errors import ApiError
    from schema.execution import answer_of, execute, shaped
    from schema.kinds import SiyuSchema
    from schema.scalars import WRITTEN_ALIKE
    from schema.writing import written

__all__ = [
    "ANONYMOUS",
    "AUDITED_ROLES",
    "WRITTEN_ALIKE",
    "ApiError",
    "Context",
    "ErrorCode",
    "Principal",
    "Role",
    "SiyuSchema",
    "answer_of",
    "audited",
    "build_schema",
    "buildable",
    "execute",
    "may_change",
    "shaped",
    "written",
]

_MODULES = {
    "AUDITED_ROLES": "schema.auditing",
    "WRITTEN_ALIKE": "schema.scalars",
    "ApiError": "schema.errors",
    "Context": "schema.context",
    "ErrorCode": "schema.codes",
    "SiyuSchema": "schema.kinds",
    "build_schema": "schema.build",
    "answer_of": "schema.execution",
    "audited": "schema.auditing",
    "buildable": "schema.build",
    "execute": "schema.execution",
    "may_change": "schema.auditing",
    "shaped": "schema.execution",
    "written": "schema.writing",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
