"""What comes of a review: the fact of an operator's verdict, which a campaign type with `Review` hears."""

from typing import Annotated

from pydantic import Field

from siyu.sdk.model import FactData

# The name of the fact, after the campaign type's key and a dot.
REVIEWED = "reviewed"
REVIEW_KEY_LENGTH_MAX = 64
NOTE_LENGTH_MAX = 500


class Reviewed(FactData):
    """What the fact `<campaign key>.reviewed` carries: an operator's verdict on a `Review` of this member.

    `key` is the review's, `note` what the operator wrote to it for those who read the decision log.
    """

    key: Annotated[str, Field(min_length=1, max_length=REVIEW_KEY_LENGTH_MAX)]
    approved: bool
    note: Annotated[str, Field(max_length=NOTE_LENGTH_MAX)] = ""
