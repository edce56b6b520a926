"""A batch looked back upon: which campaigns failed, or were slow, often enough to be given up."""

from datetime import datetime

from siyu.deadline import DEADLINE
from siyu.engine.scene import Scene
from siyu.engine.world import World


def look_back(world: World, at: datetime) -> None:
    """Count what the batch's decisions came to; where nothing failed and nothing was slow, that is nothing."""
    faults = world.faults
    while DEADLINE.slow:
        asked = DEADLINE.slow.popleft()
        # Of another world it may be a preview's, which is nobody's fault.
        if isinstance(asked, Scene) and asked.world is world:
            faults.note_slow(asked.campaign, at)
    if faults.watched:
        faults.judge([logged.campaign for logged in world.decisions], at)
