"""What members' features must be, counted in plain Python from what happened to a member."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo


@dataclass
class PlainMember:
    """What happened to a member: moments, and for orders what was paid and what went back, in fen."""

    joined_at: datetime
    orders: list[tuple[datetime, int, int]] = field(default_factory=list)
    interactions: list[datetime] = field(default_factory=list)
    invitees: list[datetime] = field(default_factory=list)
    is_invited: bool = False
    # What was told of chats: when, and of which type.
    talk: list[tuple[datetime, str]] = field(default_factory=list)

    def features(self, today: date, zone: ZoneInfo) -> Mapping[str, object]:
        """The columns of the member's row on a day."""

        def within(moment: datetime, days: int) -> bool:
            return (today - moment.astimezone(zone).date()).days < days

        counted = [(at, paid, back) for at, paid, back in self.orders if back < paid or not paid]
        found: dict[str, object] = {
            "has_ordered": bool(self.orders),
            "orders": len(counted),
            "spend_fen": sum(paid - back for _, paid, back in counted),
            "first_order_at": min((at for at, _, _ in counted), default=None),
            "last_order_at": max((at for at, _, _ in counted), default=None),
            "last_interaction_at": max([*self.interactions, *(at for at, _ in self.talk)], default=None),
            "is_invited": self.is_invited,
            "invitees": len(self.invitees),
            "invitees_30d": sum(within(at, 30) for at in self.invitees),
        }
        for days in (7, 30, 90, 365):
            found[f"orders_{days}d"] = sum(within(at, days) for at, _, _ in counted)
            found[f"spend_{days}d_fen"] = sum(paid - back for at, paid, back in counted if within(at, days))
        for days in (7, 30, 90):
            found[f"interactions_{days}d"] = sum(within(at, days) for at in self.interactions) + len(
                {(at.astimezone(zone).date(), kind) for at, kind in self.talk if within(at, days)}
            )
        return found | self._decided(found, (today - self.joined_at.astimezone(zone).date()).days)

    @staticmethod
    def _decided(known: Mapping[str, object], joined_days: int) -> dict[str, str | None]:
        """Stage and layer, by the words of the handbook."""
        month, year, week_acts, month_acts = (
            known["spend_30d_fen"],
            known["spend_365d_fen"],
            known["interactions_7d"],
            known["interactions_30d"],
        )
        assert isinstance(month, int) and isinstance(year, int)  # noqa: PT018 - for the type checker
        assert isinstance(week_acts, int) and isinstance(month_acts, int)  # noqa: PT018 - for the type checker
        sleeps = not known["orders_90d"] and not month_acts
        stage = "introduction" if joined_days < 7 else "growth"
        if joined_days >= 30:
            stage = "decline" if sleeps or joined_days >= 180 else "maturity"
        layer = None
        if month >= 500_00 and week_acts >= 3:
            layer = "high_value"
        elif 200_00 <= month < 500_00 and month_acts >= 4:
            layer = "potential"
        elif joined_days <= 7 and not known["has_ordered"]:
            layer = "new"
        elif joined_days >= 90 and not known["orders_90d"] and not week_acts:
            layer = "silent"
        elif year < 200_00 and month_acts:
            layer = "low_value"
        return {"stage": stage, "layer": layer}
