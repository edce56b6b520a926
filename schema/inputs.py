"""The inputs that more than one field takes."""

import strawberry


@strawberry.input(description="A name that some system knows a member by: kind shop, openid, unionid and so on.")
class IdentityInput:
    """An identity."""

    kind: str
    value: str
