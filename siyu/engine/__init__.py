"""The engine: facts in, effects out, one commit for many."""

from siyu.engine.batcher import BatchLimits
from siyu.engine.engine import Engine, no_fail_point, running
from siyu.engine.erasure import erase_member, is_erased, run_erasures
from siyu.engine.expiry import run_expiry
from siyu.engine.facts import NewFact
from siyu.engine.firing import run_pending
from siyu.engine.hint_board import HintBoard
from siyu.engine.hold_timeouts import run_hold_timeouts
from siyu.engine.outcome import Decision, Outcome, Refusal
from siyu.engine.refusals import CAMPAIGN_FAILED, CAMPAIGN_NOT_FOUND, CAMPAIGN_NOT_OPEN, CORE_REFUSALS
from siyu.engine.reward_delivery import run_rewards

__all__ = [
    "CAMPAIGN_FAILED",
    "CAMPAIGN_NOT_FOUND",
    "CAMPAIGN_NOT_OPEN",
    "CORE_REFUSALS",
    "BatchLimits",
    "Decision",
    "Engine",
    "HintBoard",
    "NewFact",
    "Outcome",
    "Refusal",
    "erase_member",
    "is_erased",
    "no_fail_point",
    "run_erasures",
    "run_expiry",
    "run_hold_timeouts",
    "run_pending",
    "run_rewards",
    "running",
]
