"""Which channel a touch belongs to: the shop's own rules first, then the preset's by UTM, then WeChat's scene."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from siyu.sdk import Text
from siyu.touches.facts import SCENE_MAX, SCENE_MIN, ChannelKey, TouchSeen, UtmText
from siyu.touches.scenes import CHANNEL_OF_SCENE, CHANNELS, OTHER

RULES_MAX = 100
SCENES_MAX = 100
CHANNELS_MAX = 50
TITLE_LENGTH_MAX = 32

Title = Annotated[str, Field(min_length=1, max_length=TITLE_LENGTH_MAX, pattern=r"^\S+( \S+)*$")]


class Channel(BaseModel):
    """A channel of the shop's own, with its names."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    key: ChannelKey
    title_zh: Title
    title_en: Title


class ChannelRule(BaseModel):
    """Touches that have all that is told here are of the channel: UTM in capitals or not, and one of `scenes`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    channel: ChannelKey
    utm_source: UtmText | None = None
    utm_medium: UtmText | None = None
    utm_campaign: UtmText | None = None
    scenes: Annotated[
        tuple[Annotated[int, Field(ge=SCENE_MIN, le=SCENE_MAX)], ...] | None, Field(min_length=1, max_length=SCENES_MAX)
    ] = None

    @model_validator(mode="after")
    def asks_for_something(self) -> Self:
        """A rule for every touch would be the last word on all of them, and is surely a mistake."""
        if (self.utm_source, self.utm_medium, self.utm_campaign, self.scenes) == (None, None, None, None):
            raise ValueError("must ask for a UTM value or for scenes")
        return self

    def holds(self, touch: TouchSeen) -> bool:
        """Whether the touch has all that the rule asks for."""
        utm = touch.utm
        pairs = (
            (self.utm_source, utm.source if utm else None),
            (self.utm_medium, utm.medium if utm else None),
            (self.utm_campaign, utm.campaign if utm else None),
        )
        if any(asked is not None and (had is None or asked.lower() != had.lower()) for asked, had in pairs):
            return False
        return self.scenes is None or touch.scene in self.scenes


class ChannelRules(BaseModel):
    """What a shop says of channels: its own, and rules before the preset's, of which the first that holds decides."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    channels: Annotated[tuple[Channel, ...], Field(max_length=CHANNELS_MAX)] = ()
    rules: Annotated[tuple[ChannelRule, ...], Field(max_length=RULES_MAX)] = ()

    @model_validator(mode="after")
    def channels_are_known(self) -> Self:
        """Each channel is there once, and every rule is of one that has a name."""
        own = [channel.key for channel in self.channels]
        if len(set(own)) < len(own):
            raise ValueError("two channels have one key")
        unknown = sorted({rule.channel for rule in self.rules} - set(own) - CHANNELS.keys())
        if unknown:
            raise ValueError(f"there are no channels {', '.join(unknown)}: add them to `channels`")
        return self

    def titles(self) -> Mapping[str, Text]:
        """All channels with their names: the preset's, then the shop's own, which may name one of those anew."""
        return {**CHANNELS, **{each.key: Text(zh=each.title_zh, en=each.title_en) for each in self.channels}}


def _by_source(channel: str, *sources: str) -> list[ChannelRule]:
    return [ChannelRule(channel=channel, utm_source=source) for source in sources]


def _by_medium(channel: str, *media: str) -> list[ChannelRule]:
    return [ChannelRule(channel=channel, utm_medium=medium) for medium in media]


# What paid links say comes first: an advertisement in an account is an advertisement.
PRESET_RULES: Sequence[ChannelRule] = (
    *_by_medium("ads", "ads", "ad", "cpc", "cpm", "ppc", "paid", "display"),
    *_by_source("wecom", "wecom", "work_weixin", "qywx"),
    *_by_source("account", "account", "mp", "official_account", "gzh"),
    *_by_source("moments", "moments", "pyq"),
    *_by_source("video", "channels", "sph"),
    *_by_source("group", "group", "wechat_group", "qun"),
    *_by_source("douyin", "douyin", "tiktok"),
    *_by_source("xiaohongshu", "xiaohongshu", "xhs", "red"),
    *_by_medium("group", "group", "community"),
    *_by_medium("chat", "chat", "share"),
    *_by_medium("account", "article", "menu"),
    *_by_medium("scan", "qr", "qrcode", "poster", "offline"),
    *_by_medium("message", "message", "push", "subscribe"),
    *_by_medium("web", "h5", "web", "sms", "email", "app", "referral"),
    *_by_medium("search", "organic", "search"),
)


def channel_of(touch: TouchSeen, own: ChannelRules) -> str:
    """The touch's channel: as it says itself, by the first rule that holds, by its scene, else `other`."""
    if touch.channel is not None:
        return touch.channel
    for rule in (*own.rules, *PRESET_RULES):
        if rule.holds(touch):
            return rule.channel
    return CHANNEL_OF_SCENE.get(touch.scene or 0, OTHER)
