"""The database's schema, step by step; `python -m api migrate` applies what is missing."""

from tortoise.migrations import operations as ops


class KnownField(ops.AddField):
    """A field that the models have, and whose column a statement adds: unlike the tool's, one that can be run again."""

    async def database_forward(self, *_: object) -> None:
        """The statement does it."""

    async def database_backward(self, *_: object) -> None:
        """The statement does it."""


class DroppedIndex(ops.RemoveIndex):
    """An index that the models no longer have, and that a statement drops: unlike the tool, once or again."""

    async def database_forward(self, *_: object) -> None:
        """The statement does it."""

    async def database_backward(self, *_: object) -> None:
        """The statement does it."""


class KnownAlteration(ops.AlterField):
    """A change of a field that the models have, and that a statement makes: unlike the tool's, one that can be run again."""

    async def database_forward(self, *_: object) -> None:
        """The statement does it."""

    async def database_backward(self, *_: object) -> None:
        """The statement does it."""
