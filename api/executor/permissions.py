"""The permissions of a field: asked of each object of an execution, or once where that is enough."""

from collections.abc import Callable, Sequence
from typing import Any

import strawberry
from strawberry.permission import BasePermission, PermissionExtension

# Whether a permission is sure to let the caller pass, whatever the object and the arguments are. Raises nothing.
AnswerForAll = Callable[["strawberry.Info[Any, Any]"], bool]


class Permissions:
    """The permissions of one field.

    A permission may have a method `lets_all_pass(info)`. Where it says so, `has_permission` must say so of every
    object, and is not asked.
    """

    __slots__ = ("_answers", "_extension")

    def __init__(self, extension: PermissionExtension) -> None:
        self._extension = extension
        self._answers = _answers_for_all(extension.permissions)

    def guard(
        self, call: Callable[[Any], Any], arguments: dict[str, Any], info: "strawberry.Info[Any, Any]"
    ) -> Callable[[Any], Any]:
        """The call, for those objects of one execution that the caller may see."""
        if self._answers and all(answer(info) for answer in self._answers):
            return call
        extension = self._extension

        def resolve(source: Any, _info: Any, **_arguments: Any) -> Any:
            return call(source)

        return lambda source: extension.resolve(resolve, source, info, **arguments)


def _answers_for_all(permissions: Sequence[BasePermission]) -> Sequence[AnswerForAll]:
    """One answer for each permission; none where any of them cannot tell."""
    answers = [getattr(each, "lets_all_pass", None) for each in permissions]
    return [] if None in answers else [answer for answer in answers if answer is not None]
