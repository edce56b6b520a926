"""The ladder that a request gives, and what it would do."""

import strawberry
from strawberry.scalars import JSON

from schema.context import Info
from schema.errors import MENDABLE, UserError, user_errors
from schema.types.tier import TierMove
from siyu.errors import InvalidInput, Problem
from siyu.tiers.ladder import Ladder
from siyu.tiers.presets import PRESETS
from siyu.tiers.reading import checked_ladder
from siyu.tiers.settling import estimate_moves


@strawberry.input
class TierLadderInput:
    """A ladder: one that siyu brings by its name, or one's own."""

    preset: str | None = strawberry.field(default=None, description="community or retail.")
    config: JSON | None = strawberry.field(default=None, description="As `TierLadder.config` tells one.")


@strawberry.type
class TierLadderPreview:
    """What a ladder would do now; nothing is changed."""

    moves: list[TierMove] = strawberry.field(default_factory=list)
    is_exact: bool = strawberry.field(
        default=True, description="Whether all members were counted; of more than 20,000, a sample is."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list)


def parse_ladder(given: TierLadderInput) -> Ladder:
    """The ladder that is meant. Raises InvalidInput."""
    if (given.preset is None) == (given.config is None):
        raise InvalidInput([Problem(("preset",), "give either preset or config")])
    if given.config is not None:
        return checked_ladder(given.config, ("config",))
    preset = PRESETS.get(given.preset or "")
    if preset is None:
        raise InvalidInput([Problem(("preset",), f"must be one of {', '.join(PRESETS)}")])
    return preset


async def ladder_preview(info: Info, given: TierLadderInput) -> TierLadderPreview:
    """How many members would move where."""
    context = info.context
    try:
        moves, is_exact = await estimate_moves(context.pool, parse_ladder(given), context.zone, context.now)
    except MENDABLE as error:
        return TierLadderPreview(user_errors=user_errors(error, context.language))
    return TierLadderPreview(
        moves=[TierMove(from_tier=a, to_tier=b, members=count) for (a, b), count in sorted(moves.items())],
        is_exact=is_exact,
    )
