"""Where members come from: each touch by a link, a code or a WeChat scene, and the channel they arrived by."""

from siyu.touches.exposures import Exposure, note_played
from siyu.touches.facts import TOUCH_FACTS, Device, TouchSeen, Utm
from siyu.touches.store import NewTouch, write_touches

__all__ = ["TOUCH_FACTS", "Device", "Exposure", "NewTouch", "TouchSeen", "Utm", "note_played", "write_touches"]
