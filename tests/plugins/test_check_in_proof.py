"""What a member shows at a sign-in, and what is enough."""

from typing import Any

import pytest
from pydantic import ValidationError

from plugins.check_in.campaign import CHECK_IN
from plugins.check_in.config import CheckInConfig, Place
from plugins.check_in.proof import SignInput, metres_between
from siyu.sdk.testing import Stage

PHOTO = "https://photos.example.com/2026/11/22.jpg"
# The Bund and the Oriental Pearl Tower, across the river, and a shop by the West Lake.
BUND = {"name": "Bund", "latitude": 31.2400, "longitude": 121.4900, "radius_m": 300}
LAKE = {"name": "Lake", "latitude": 30.2500, "longitude": 120.1600, "radius_m": 50}
AT_THE_TOWER = {"latitude": 31.2397, "longitude": 121.4998}
AT_THE_BUND = {"latitude": 31.2410, "longitude": 121.4910}


def stage_of(**config: Any) -> Stage[Any, Any]:
    """A check-in that asks for something."""
    return Stage(CHECK_IN, CheckInConfig.model_validate(config))


@pytest.mark.parametrize(
    ("config", "shown", "refusal"),
    [
        pytest.param({}, {}, None, id="nothing is asked for"),
        pytest.param({}, {"photo": PHOTO, **AT_THE_TOWER}, None, id="what is shown unasked is ignored"),
        pytest.param({"proof": "photo"}, {"photo": PHOTO}, None, id="a photo"),
        pytest.param({"proof": "photo"}, AT_THE_BUND, "PHOTO_NEEDED", id="no photo"),
        pytest.param({"proof": "place", "places": [BUND]}, AT_THE_BUND, None, id="at the place"),
        pytest.param({"proof": "place", "places": [LAKE, BUND]}, AT_THE_BUND, None, id="at one of the places"),
        pytest.param({"proof": "place", "places": [BUND]}, {"photo": PHOTO}, "PLACE_NEEDED", id="no place"),
        pytest.param({"proof": "place", "places": [BUND]}, {"latitude": 31.24}, "PLACE_NEEDED", id="half a place"),
        pytest.param({"proof": "place", "places": [BUND]}, AT_THE_TOWER, "TOO_FAR_AWAY", id="across the river"),
        pytest.param({"proof": "photo_and_place", "places": [BUND]}, {"photo": PHOTO, **AT_THE_BUND}, None, id="both"),
        pytest.param({"proof": "photo_and_place", "places": [BUND]}, AT_THE_BUND, "PHOTO_NEEDED", id="both, no photo"),
        pytest.param(
            {"proof": "photo_and_place", "places": [BUND]}, {"photo": PHOTO}, "PLACE_NEEDED", id="both, no place"
        ),
    ],
)
def test_what_is_asked_for_has_to_be_shown(config: Any, shown: Any, refusal: str | None) -> None:
    stage = stage_of(**config)

    played = stage.act("lin", "sign", **shown)

    assert played.refusal == refusal
    assert stage.state("lin").days == (0 if refusal else 1)
    # Who was refused can try again.
    assert stage.act("lin", "sign", photo=PHOTO, **AT_THE_BUND).refusal == (None if refusal else "ALREADY_SIGNED")


def test_who_is_too_far_away_is_told_how_far() -> None:
    played = stage_of(proof="place", places=[LAKE, BUND]).act("lin", "sign", **AT_THE_TOWER)

    # 932 m by another program on the same sphere, less the 300 m within which it is the Bund.
    assert (played.missing["place"], played.missing["metres"]) == ("Bund", pytest.approx(632, abs=2))


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        pytest.param((0, 0), (0, 0), 0, id="here"),
        pytest.param((0, 0), (0, 1), 111_195, id="a degree of the equator"),
        pytest.param((0, 179.5), (0, -179.5), 111_195, id="over the date line"),
        pytest.param((89, 0), (89, 180), 222_390, id="over the pole"),
        pytest.param((-90, 0), (90, 0), 20_015_115, id="to the other pole"),
    ],
)
def test_distances_are_those_over_ground(one: tuple[float, float], other: tuple[float, float], metres: int) -> None:
    place = Place(name="here", latitude=one[0], longitude=one[1])

    assert metres_between(place, *other) == pytest.approx(metres, abs=2)


@pytest.mark.parametrize("beyond_m", [-1, 0, 1])
def test_the_edge_of_a_place_belongs_to_it(beyond_m: int) -> None:
    place = Place(name="edge", latitude=31.24, longitude=121.49, radius_m=300)
    metres = metres_between(place, **AT_THE_TOWER)
    nearer = place.model_copy(update={"radius_m": metres - beyond_m})
    stage = Stage(CHECK_IN, CheckInConfig(proof="place", places=(nearer,)))

    assert (stage.act("lin", "sign", **AT_THE_TOWER).refusal is None) == (beyond_m <= 0)


@pytest.mark.parametrize(
    "given",
    [
        {"photo": "http://photos.example.com/1.jpg"},
        {"photo": "https://lin:secret@photos.example.com/1.jpg"},
        {"photo": 'https://photos.example.com/1.jpg" onload="x'},
        {"photo": "https:///1.jpg"},
        {"photo": "javascript:alert(1)"},
        {"photo": f"https://photos.example.com/{'x' * 500}"},
        {"photo": ""},
        {"latitude": 90.1, "longitude": 0},
        {"latitude": 0, "longitude": -180.1},
        {"latitude": float("nan"), "longitude": 0},
        {"latitude": float("inf"), "longitude": 0},
    ],
)
def test_what_cannot_be_shown_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SignInput.model_validate(given)


def test_a_sign_in_that_shows_nothing_is_stored_as_it_always_was() -> None:
    """So that a request that is repeated after the server was renewed is the same request."""
    assert SignInput().model_dump(mode="json") == {}
    assert SignInput(photo=PHOTO).model_dump(mode="json") == {"photo": PHOTO}


@pytest.mark.parametrize(
    "config",
    [
        {"proof": "video"},
        {"proof": "place"},
        {"proof": "photo_and_place"},
        {"places": [BUND]},
        {"proof": "photo", "places": [BUND]},
        {"review": True},
        {"proof": "place", "places": [BUND], "review": True},
        {"proof": "place", "places": [BUND] * 33},
        {"proof": "place", "places": [{**BUND, "radius_m": 9}]},
        {"proof": "place", "places": [{**BUND, "radius_m": 50_001}]},
        {"proof": "place", "places": [{**BUND, "latitude": 91}]},
        {"proof": "place", "places": [{**BUND, "name": ""}]},
    ],
)
def test_what_cannot_be_shown_is_not_asked_for(config: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CheckInConfig.model_validate(config)
