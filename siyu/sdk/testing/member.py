"""The members of a stage: names that are ids."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid5

from siyu.sdk.codes import member_code

# Names on a stage become ids below this one, so that equal names have equal ids in every process.
STAGE = UUID("6f0f2f6e-6d0a-4c9c-9a55-9a1f6f6c7a10")


class Member(NamedTuple):
    """A member of the stage; wherever one is asked for, the name does as well."""

    name: str
    id: UUID
    joined_at: datetime

    @property
    def code(self) -> str:
        """The code by which others name the member: `stage.act("wang", "bind", code=stage.member("lin").code)`."""
        return member_code(self.id)


def id_on_stage(name: str) -> UUID:
    """The id that the member of this name has on every stage."""
    return uuid5(STAGE, f"member/{name}")
