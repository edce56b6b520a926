"""The core fact of a touch, and the shape of its data."""

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from siyu.sdk.core_facts import TOUCH_SEEN

UTM_LENGTH_MAX = 64
CHANNEL_LENGTH_MAX = 32
# WeChat's scenes of a mini program have four digits.
SCENE_MIN, SCENE_MAX = 1000, 9999
CODE_TEXT_MAX = 32

ChannelKey = Annotated[str, Field(pattern=rf"^[a-z][a-z0-9_]{{0,{CHANNEL_LENGTH_MAX - 1}}}$")]
# Visible characters and single spaces inside: no control character, no line break.
UtmText = Annotated[str, Field(min_length=1, max_length=UTM_LENGTH_MAX, pattern=r"^\S+( \S+)*$")]


class Device(Enum):
    """The terminal a member was seen on."""

    IOS = "ios"
    ANDROID = "android"
    HARMONY = "harmony"
    WINDOWS = "windows"
    MAC = "mac"
    OTHER = "other"


class Utm(BaseModel):
    """What a link says of itself, as the web's convention names it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    source: UtmText | None = None
    medium: UtmText | None = None
    campaign: UtmText | None = None
    term: UtmText | None = None
    content: UtmText | None = None


class TouchSeen(BaseModel):
    """A member came by something: a link, a code, a card, an advertisement.

    `scene` is WeChat's number for how the mini program was opened. `campaign` is the code of a campaign of siyu; a code
    in `utm.campaign` says the same. `channel` names the channel outright; without it UTM and scene tell.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    utm: Utm | None = None
    scene: Annotated[int, Field(ge=SCENE_MIN, le=SCENE_MAX, strict=True)] | None = None
    device: Device | None = None
    campaign: Annotated[str, Field(min_length=1, max_length=CODE_TEXT_MAX, strict=True)] | None = None
    channel: ChannelKey | None = None

    @model_validator(mode="after")
    def says_something(self) -> Self:
        """A touch that tells nothing of where it came from is none."""
        utm = self.utm is not None and any(value is not None for value in vars(self.utm).values())
        if not utm and self.scene is None and self.campaign is None and self.channel is None:
            raise ValueError("must tell at least one of utm, scene, campaign and channel")
        return self


TOUCH_FACTS: Mapping[str, type[TouchSeen]] = {TOUCH_SEEN: TouchSeen}
