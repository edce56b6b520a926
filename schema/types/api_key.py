"""API keys of services, as admins see them."""

from datetime import datetime

import strawberry

from schema.fields import field
from siyu.access import ApiKey as ApiKeyRow
from siyu.access import Scope

strawberry.enum(Scope, name="ApiKeyScope", description="What an API key is good for.")


@strawberry.type(description="A service's API key, without its secret.")
class ApiKey:
    """An API key as a GraphQL object."""

    row: strawberry.Private[ApiKeyRow]

    @field("What the key begins with after `siyu_`; it names the key.")
    def prefix(self) -> str:
        return self.row.prefix

    @field("The service; keys of one name are one caller.")
    def name(self) -> str:
        return self.row.name

    @field("In the order of the schema.")
    def scopes(self) -> list[Scope]:
        return [scope for scope in Scope if scope in self.row.scopes]

    @field("Who made it; `cli` for a command.")
    def created_by(self) -> str:
        return self.row.created_by

    @field("When it was made.")
    def created_at(self) -> datetime:
        return self.row.created_at

    @field("From when on it is no longer good.")
    def expires_at(self) -> datetime:
        return self.row.expires_at

    @field("When it was revoked.")
    def revoked_at(self) -> datetime | None:
        return self.row.revoked_at

    @field("When it was last used, to the minute; null where it never was.")
    def last_used_at(self) -> datetime | None:
        return self.row.last_used_at
