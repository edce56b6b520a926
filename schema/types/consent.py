"""Consents and attributes of a member, as the member and the shop see them."""

from datetime import datetime

import strawberry

from schema.context import Info
from schema.fields import field
from siyu.members.attributes import AttributeRow, AttributeType
from siyu.members.consents import TITLES, ConsentRow, ConsentSource, Purpose

strawberry.enum(Purpose, name="ConsentPurpose", description="What personal data may be used for.")
strawberry.enum(ConsentSource, description="How a member said it: MEMBER by themselves, the others by staff.")
strawberry.enum(AttributeType)


@strawberry.type(description="What a member said about one purpose.")
class Consent:
    """A consent as a GraphQL object."""

    row: strawberry.Private[ConsentRow]

    @field("What for.")
    def purpose(self) -> Purpose:
        return self.row.purpose

    @field("The purpose in words, in the language that was asked for.")
    def title(self, info: Info) -> str:
        return TITLES[self.row.purpose].in_language(info.context.language)

    @field("Whether the member agreed; false where they said no or took it back.")
    def given(self) -> bool:
        return self.row.given

    @field("The version of the policy that the member was shown.")
    def policy(self) -> str:
        return self.row.policy

    @field("How the member said it.")
    def source(self) -> ConsentSource:
        return self.row.source

    @field("When.")
    def at(self) -> datetime:
        return self.row.at


@strawberry.type(description="What the shop keeps of a member under a key of its own.")
class MemberAttribute:
    """An attribute as a GraphQL object."""

    row: strawberry.Private[AttributeRow]

    @field("Small letters, digits and _.")
    def key(self) -> str:
        return self.row.key

    @field("What the value is.")
    def type(self) -> AttributeType:
        return self.row.type

    @field("A text, a number such as `-12.5`, a date such as `2026-11-21`, or `true` and `false`.")
    def value(self) -> str:
        return self.row.value

    @field("When it was set to this.")
    def updated_at(self) -> datetime:
        return self.row.updated_at
