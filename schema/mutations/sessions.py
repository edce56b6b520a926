"""sessionStart, sessionRefresh, sessionEnd, sessionsRevoke: staying signed in, and being signed out."""

from datetime import datetime
from uuid import UUID

import strawberry

from schema.context import Context, Info
from schema.errors import MENDABLE, UserError, user_errors
from schema.fields import field_for
from schema.ids import MEMBER, decode_or_nobody, decode_uuid
from schema.inputs import IdentityInput
from schema.permissions import ForAnybody, ForOperators, ForServices
from schema.principals import Principal, Role
from schema.types.touch import ArrivalInput
from siyu.access import (
    ACCESS_TOKEN_LIFE,
    Caller,
    Scope,
    Session,
    end_session,
    refresh_session,
    revoke,
    start_session,
)
from siyu.engine.touching import touch_data, touch_fact
from siyu.errors import InvalidInput, NotFound, Problem
from siyu.members.queries import members_by_id
from siyu.members.service import member_known_by


@strawberry.input
class SessionStartInput:
    """Who has signed in with you: a member, or an identity."""

    member: strawberry.ID | None = strawberry.UNSET
    identity: IdentityInput | None = strawberry.field(
        default=strawberry.UNSET, description="An identity that nobody has yet makes a new member."
    )
    arrival: ArrivalInput | None = strawberry.field(
        default=strawberry.UNSET, description="How the member came this time, as their front end saw it."
    )


@strawberry.input
class SessionRefreshInput:
    """What keeps the session going."""

    refresh_token: str


@strawberry.input
class SessionEndInput:
    """Which session to end."""

    refresh_token: str = strawberry.field(description="Any that the session ever had.")


@strawberry.input
class SessionsRevokeInput:
    """Whom to sign out."""

    member: strawberry.ID


@strawberry.type(description="What a caller is signed in by. Both tokens are secrets.")
class SessionTokens:
    """The two tokens of a session."""

    access_token: str = strawberry.field(description="For the header `Authorization: Bearer …`.")
    access_expires_at: datetime = strawberry.field(description="15 minutes from now.")
    refresh_token: str = strawberry.field(description="For `sessionRefresh`, once; then the next one counts.")
    refresh_expires_at: datetime = strawberry.field(description="When the caller has to sign in again.")


@strawberry.type
class SessionPayload:
    """The tokens; null where there are none."""

    session: SessionTokens | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class SessionEndPayload:
    """Nothing but errors, of which there are none today."""

    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class SessionsRevokePayload:
    """Nothing but errors."""

    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class SessionMutations:
    """Signing in and out."""

    @field_for(ForServices, "Sign in a member whom your login service knows to be there.", Scope.SESSIONS)
    async def session_start(self, info: Info, input: SessionStartInput) -> SessionPayload:
        context = info.context
        try:
            arrival = touch_data(input.arrival.data(), ("arrival",)) if input.arrival else None
            member_id = await _signed_in(context, input)
            started = await start_session(context.pool, Caller(Role.MEMBER.value, member_id), context.now)
            if arrival is not None:
                key = f"session/{started.id}"
                await context.engine.submit(touch_fact(member_id, arrival, context.now, key))
        except MENDABLE as error:
            return SessionPayload(user_errors=user_errors(error))
        return SessionPayload(session=_tokens(context, started))

    @field_for(
        ForAnybody,
        "New tokens for the refresh token, which is used up. Send no access token with it, and one request at a time: "
        "a refresh token that comes a second time ends the session.",
    )
    async def session_refresh(self, info: Info, input: SessionRefreshInput) -> SessionPayload:
        context = info.context
        try:
            refreshed = await refresh_session(context.pool, input.refresh_token, context.now)
        except MENDABLE as error:
            return SessionPayload(user_errors=user_errors(error))
        return SessionPayload(session=_tokens(context, refreshed))

    @field_for(ForAnybody, "Sign out: all tokens of the session end within five seconds.")
    async def session_end(self, info: Info, input: SessionEndInput) -> SessionEndPayload:
        await end_session(info.context.pool, input.refresh_token, info.context.now)
        return SessionEndPayload()

    @field_for(ForOperators, "Sign a member out everywhere: all their sessions and tokens end within five seconds.")
    async def sessions_revoke(self, info: Info, input: SessionsRevokeInput) -> SessionsRevokePayload:
        context, member_id = info.context, decode_or_nobody(MEMBER, input.member)
        if not await members_by_id(context.pool, [member_id]):
            return SessionsRevokePayload(user_errors=user_errors(NotFound("there is no such member")))
        await revoke(context.pool, Caller(Role.MEMBER.value, member_id), context.now)
        return SessionsRevokePayload()


async def _signed_in(context: Context, given: SessionStartInput) -> UUID:
    """The member who has signed in. Raises InvalidInput and NotFound."""
    if bool(given.member) == bool(given.identity):
        raise InvalidInput([Problem(("member",), "give either member or identity")])
    if given.identity:
        identity = given.identity
        return await member_known_by(context.pool, identity.kind, identity.value, context.now, context.vault)
    member_id = decode_uuid(MEMBER, given.member) if given.member else None
    if member_id is None:
        raise NotFound("there is no such member")
    return member_id


def _tokens(context: Context, session: Session) -> SessionTokens:
    caller = session.caller
    principal = Principal(Role(caller.role), caller.member_id, caller.name or "", session_id=session.id)
    return SessionTokens(
        access_token=context.issue_token(principal, context.now, ACCESS_TOKEN_LIFE),
        access_expires_at=context.now + ACCESS_TOKEN_LIFE,
        refresh_token=session.refresh_token,
        refresh_expires_at=session.refresh_until,
    )
