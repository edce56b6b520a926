"""The effects on what the shop knows of the member: tags, and who invited them."""

from uuid import UUID

from siyu.sdk.records import record


@record
class Tag:
    """Give the member a tag, one of those that audiences look at; nothing happens where they have it.

    It is 1 to 32 printable characters without space around them. Guarded: a member has at most 64 tags, those of this
    decision included; otherwise the whole decision becomes the core's refusal TOO_MANY_TAGS. Members do not see tags.
    """

    tag: str


@record
class Untag:
    """Take a tag from the member, whoever gave it; nothing happens where they do not have it."""

    tag: str


@record
class Invite:
    """Keep that the member was invited by `inviter`, the id of `View.partner`: once in the shop, and for ever.

    Guarded: otherwise the whole decision becomes the refusal `code`, with the `reason`: `self` where they are the
    member, `bound` where the member has an inviter, whichever campaign kept that, and `later` where the inviter did not
    join before the member. So nobody can be among those whom they were invited by, and there are no rings. Of two who
    joined at the same moment the one with the smaller id was first. One a decision.
    """

    inviter: UUID
    code: str
