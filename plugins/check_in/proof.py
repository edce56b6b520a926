"""What a member shows that they were there: a photo, a place; and whether that is enough."""

from collections.abc import Mapping
from math import asin, cos, radians, sin, sqrt
from typing import Annotated, Any, NamedTuple

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from plugins.check_in.config import CheckInConfig, Latitude, Longitude, Place
from siyu.sdk import ActionInput, Refuse

PHOTO_NEEDED = "PHOTO_NEEDED"
PLACE_NEEDED = "PLACE_NEEDED"
TOO_FAR_AWAY = "TOO_FAR_AWAY"

# As much as an operator's review can show of a text.
PHOTO_LENGTH_MAX = 500
# https alone, a host without a user's name before it, and nothing that could end the address early.
PHOTO_PATTERN = r"^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[^\s<>\"'\\]*)?$"
# Mean radius of the Earth by IUGG; on a sphere of it distances are right to half a percent.
EARTH_RADIUS_M = 6_371_009

Shown = Mapping[str, str | int]


class SignInput(ActionInput):
    """What a member shows where the campaign asks for it; the rest is ignored."""

    photo: (
        Annotated[
            str,
            Field(
                max_length=PHOTO_LENGTH_MAX,
                pattern=PHOTO_PATTERN,
                examples=["https://photos.example.com/2026/11/22.jpg"],
            ),
        ]
        | None
    ) = Field(default=None, description="Where the photo is, an https address of at most 500 characters.")
    latitude: Latitude | None = Field(default=None, description="Where the member is, in degrees (WGS 84).")
    longitude: Longitude | None = Field(default=None, description="With the latitude.")

    @model_serializer(mode="wrap")
    def without_what_is_missing(self, told: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A sign-in that shows nothing is stored as it was before there was anything to show."""
        return {name: value for name, value in told(self).items() if value is not None}


class Nearest(NamedTuple):
    """The place that is nearest to a member, and how far from its middle they are, in whole metres."""

    place: Place
    metres: int


def seen(config: CheckInConfig, data: Mapping[str, Any]) -> Refuse | Shown:
    """What there is to be seen of a sign-in, for an operator; or why it is not enough."""
    shown: dict[str, str | int] = {}
    if config.asks_for("photo"):
        if data.get("photo") is None:
            return Refuse(PHOTO_NEEDED)
        shown["photo"] = data["photo"]
    if config.asks_for("place"):
        if data.get("latitude") is None or data.get("longitude") is None:
            return Refuse(PLACE_NEEDED)
        nearest = _nearest(config, data["latitude"], data["longitude"])
        beyond = nearest.metres - nearest.place.radius_m
        if beyond > 0:
            return Refuse(TOO_FAR_AWAY, {"place": nearest.place.name, "metres": beyond})
        shown |= {"place": nearest.place.name, "metres": nearest.metres}
    return shown


def _nearest(config: CheckInConfig, latitude: float, longitude: float) -> Nearest:
    """The place whose edge is nearest."""
    all_places = [Nearest(place, metres_between(place, latitude, longitude)) for place in config.places]
    return min(all_places, key=lambda each: each.metres - each.place.radius_m)


def metres_between(place: Place, latitude: float, longitude: float) -> int:
    """The distance over ground by the haversine formula, rounded to metres so that every process finds the same."""
    north, other_north = radians(place.latitude), radians(latitude)
    half_height, half_width = (other_north - north) / 2, radians(longitude - place.longitude) / 2
    part = sin(half_height) ** 2 + cos(north) * cos(other_north) * sin(half_width) ** 2
    return round(2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(part))))
