"""Personal data in clear, and who was shown it."""

from datetime import datetime

import strawberry

from schema.context import Info
from schema.fields import field
from schema.scalars import PersonalText
from schema.types.enums import PersonalFieldName
from schema.types.member import Member, member_object
from siyu.privacy import PersonalField
from siyu.privacy.revealing import RevelationRow, Values


@strawberry.type(description="Personal data of a member in clear; null where nothing is kept, or was not asked for.")
class Personal:
    """Values in clear."""

    phone: PersonalText | None = strawberry.field(default=None, description="With its country: +8613812345678.")
    real_name: PersonalText | None = None


def personal_object(values: Values) -> Personal:
    """The values as an object."""
    phone, name = values.get(PersonalField.PHONE), values.get(PersonalField.REAL_NAME)
    return Personal(
        phone=None if phone is None else PersonalText(phone), real_name=None if name is None else PersonalText(name)
    )


@strawberry.type(description="That somebody was shown personal data of a member; it is never changed or deleted.")
class Revelation:
    """A revelation as a GraphQL object."""

    row: strawberry.Private[RevelationRow]

    @strawberry.field
    async def member(self, info: Info) -> Member:
        return await member_object(info, self.row.member_id)

    @strawberry.field
    def fields(self) -> list[PersonalFieldName]:
        return [PersonalFieldName(each) for each in self.row.fields]

    @field("Why they had to see it, in their words.")
    def reason(self) -> str:
        return self.row.reason

    @field("The role and the name of who was shown it: operator/lin.")
    def revealed_by(self) -> str:
        return self.row.revealed_by

    @strawberry.field
    def at(self) -> datetime:
        return self.row.at
