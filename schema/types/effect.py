"""The interface of effects, which one object type for each kind implements."""

import strawberry


@strawberry.interface(description="One thing that a decision changed.")
class Effect:
    """An effect as a GraphQL object."""

    kind: str
