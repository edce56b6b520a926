"""apiKeyCreate, apiKeyRevoke: for admins."""

from datetime import timedelta

import strawberry

from schema.context import Info
from schema.errors import MENDABLE, UserError, user_errors
from schema.fields import field_for
from schema.permissions import ForAdmins
from schema.types.api_key import ApiKey
from siyu.access import Scope, create_api_key, revoke_api_key
from siyu.access.api_keys import LIFE_MAX
from siyu.errors import InvalidInput, Problem


@strawberry.input
class ApiKeyCreateInput:
    """For which service, what it may do, and for how long."""

    name: str = strawberry.field(description="At most 60 characters; keys of one name are one caller.")
    scopes: list[Scope]
    days: int = strawberry.field(default=90, description=f"How long it is valid, at most {LIFE_MAX.days}.")


@strawberry.input
class ApiKeyRevokeInput:
    """Which key."""

    prefix: str


@strawberry.type
class ApiKeyCreatePayload:
    """The key."""

    api_key: ApiKey | None = None
    secret: str | None = strawberry.field(default=None, description="What the service sends; it is shown this once.")
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class ApiKeyRevokePayload:
    """The key as it is now."""

    api_key: ApiKey | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class ApiKeyMutations:
    """The keys by which services call."""

    @field_for(ForAdmins, "Make an API key for a service.")
    async def api_key_create(self, info: Info, input: ApiKeyCreateInput) -> ApiKeyCreatePayload:
        context = info.context
        try:
            life = _life(input.days)
            whose = context.principal.subject
            made = await create_api_key(context.pool, input.name, set(input.scopes), life, whose, context.now)
        except MENDABLE as error:
            return ApiKeyCreatePayload(user_errors=user_errors(error))
        return ApiKeyCreatePayload(api_key=ApiKey(row=made.key), secret=made.text)

    @field_for(ForAdmins, "End an API key for ever; every process knows within five seconds.")
    async def api_key_revoke(self, info: Info, input: ApiKeyRevokeInput) -> ApiKeyRevokePayload:
        try:
            row = await revoke_api_key(info.context.pool, input.prefix, info.context.now)
        except MENDABLE as error:
            return ApiKeyRevokePayload(user_errors=user_errors(error))
        return ApiKeyRevokePayload(api_key=ApiKey(row=row))


def _life(days: int) -> timedelta:
    """So many days. Raises InvalidInput for what no key can have."""
    if not 1 <= days <= LIFE_MAX.days:
        raise InvalidInput([Problem(("days",), f"must be 1 to {LIFE_MAX.days}")])
    return timedelta(days=days)
