"""The decision of a check-in."""

from collections.abc import Iterator

from plugins.check_in.config import WHOLE_PERCENT, CheckInConfig
from plugins.check_in.days import begins_anew, put_before
from plugins.check_in.making_up import MAKE_UP_FACT, make_up
from plugins.check_in.milestones import reached
from plugins.check_in.state import RECENT_DAYS_MAX, SIGNED, CheckInState
from siyu.sdk import Effect, Fact, Grant, Once, Refuse, Score, SetState, View

ALREADY_SIGNED = "ALREADY_SIGNED"
DAY_IS_PAST = "DAY_IS_PAST"


def decide(fact: Fact, view: View[CheckInConfig, CheckInState]) -> Iterator[Effect]:
    """Sign the member in for the fact's day, or for a missed day that it names, or say why not.

    Every member comes this way every day: what most configs do not ask for costs no call.
    """
    if fact.type == MAKE_UP_FACT:
        yield from make_up(fact, view)
        return
    state, config, day = view.state, view.config, fact.day
    last_day, best_streak, recent, run_before = state.last_day, state.best_streak, state.recent, state.run_before
    gap_days = day.toordinal() - last_day.toordinal() if last_day is not None else 1
    if gap_days <= 0:
        yield Refuse(DAY_IS_PAST if gap_days else ALREADY_SIGNED)
        return
    goes_on = gap_days == 1 and (config.restart == "never" or not begins_anew(day, config.restart))
    streak, days = state.streak + 1 if goes_on else 1, state.days + 1
    yield Once(day.isoformat(), ALREADY_SIGNED)
    table = config.streak_points
    points = table[(streak - 1) % len(table)] if config.after_table == "wrap" else table[min(streak, len(table)) - 1]
    if config.tier_multipliers:
        points = points * config.percent_of(view.features.tier) // WHOLE_PERCENT
    if points:
        yield Grant("points", points)
    if config.continuous_milestones or config.cumulative_milestones:
        yield from reached(config, day, streak - 1, streak, days, ALREADY_SIGNED)
    if gap_days == 1 and len(recent) < RECENT_DAYS_MAX:
        recent = SIGNED + recent
    else:
        recent, run_before = put_before(recent, run_before, gap_days, SIGNED)
    yield SetState(
        CheckInState(
            last_day=day,
            streak=streak,
            best_streak=streak if streak > best_streak else best_streak,
            days=days,
            recent=recent,
            run_before=run_before,
        )
    )
    yield Score("streak", streak)
