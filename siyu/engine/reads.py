"""What a campaign reads through its view."""

from datetime import datetime, tzinfo
from typing import Literal

from siyu.campaigns.reservations import ReservationState
from siyu.engine.counting import fact_counter, left_of, row_named, team_key_of, team_of
from siyu.engine.inviting import partner_of
from siyu.engine.scene import Scene, is_text
from siyu.sdk import Draw, Effect, Features, Granted, Held, Hold, MemberView, NotDeclared, Reserved, Settle
from siyu.sdk.draws import DRAW_LENGTH_MAX, draw_of
from siyu.sdk.records import record
from siyu.sdk.view import TeamT

HOLDING: frozenset[type[Effect]] = frozenset({Hold, Settle})


@record
class SceneReads:
    """What a view reads, as the batch has loaded it."""

    scene: Scene

    def granted(self, unit: str, reference: str, of: Literal["grant", "spend"]) -> Granted | None:
        """As `View.granted`."""
        scene = self.scene
        if not scene.is_readable(reference):
            raise NotDeclared(f"the reference {reference!r} is not among the declared reads")
        return scene.world.book.granted(scene.campaign.id, scene.fact.member_id, unit, reference, of)

    def balance(self, unit: str) -> int:
        """As `View.balance`."""
        return self.scene.world.book.balance(self.scene.fact.member_id, unit)

    def features(self) -> Features:
        """As `View.features`."""
        if not self.scene.campaign.reads_features:
            raise NotDeclared("the campaign type's `features` does not say that this config reads them")
        return self.scene.world.features[self.scene.fact.member_id]

    def group_size(self, key: str) -> int | None:
        """As `View.group_size`."""
        if key not in self.scene.campaign.sized:
            raise NotDeclared("the campaign type's `group_sizes` does not name this group for the config")
        return self.scene.world.group_size(key)

    def partner(self) -> MemberView | None:
        """As `View.partner`."""
        if self.scene.campaign.type.partner is None:
            raise NotDeclared("the campaign type declares no `partner`")
        return partner_of(self.scene)

    def held(self, key: str) -> Held | None:
        """As `View.held`."""
        if self.scene.campaign.effects.isdisjoint(HOLDING):
            raise NotDeclared("the campaign has neither Hold nor Settle among its effects")
        return self.scene.world.holds.held(self.scene.key(key))

    def team(self, state: type[TeamT]) -> TeamT | None:
        """As `View.team`."""
        declared = self.scene.campaign.needs.team
        if declared is None or declared.state is not state:
            raise NotDeclared(f"the campaign has no teams with a {state.__name__}")
        record = team_of(self.scene)
        return record.state_for(self.scene.campaign) if record else None  # type: ignore[return-value]  # told by its class

    def left(self, counter: str, subject: str | None) -> int | None:
        """As `View.left`."""
        scene = self.scene
        return left_of(scene, fact_counter(scene, counter, subject))

    def used(self, counter: str, subject: str | None) -> int:
        """As `View.used`."""
        row = row_named(self.scene, fact_counter(self.scene, counter, subject))
        return row.taken if row else 0

    def on_hold(self, counter: str, subject: str | None) -> int:
        """As `View.on_hold`."""
        row = row_named(self.scene, fact_counter(self.scene, counter, subject))
        return row.held if row else 0

    def reserved(self, key: str) -> Reserved | None:
        """As `View.reserved`."""
        campaign = self.scene.campaign
        if not campaign.needs.reservations:
            raise NotDeclared("the campaign has neither Release nor Confirm among its effects")
        found = self.scene.world.reservations.get(campaign.id, self.scene.fact.member_id, key)
        if found is None:
            return None
        confirmed = found.state is ReservationState.CONFIRMED
        return Reserved(found.counter.name, found.counter.subject, found.amount, confirmed)

    def team_key(self) -> str | None:
        """As `View.team_key`."""
        return team_key_of(self.scene)

    def zone(self) -> tzinfo:
        """As `View.zone`."""
        return self.scene.world.zone

    def now(self) -> datetime:
        """As `View.now`."""
        return self.scene.arrived.arrived_at

    def draw(self, name: str) -> Draw:
        """As `View.draw`."""
        if not is_text(name, DRAW_LENGTH_MAX):
            raise NotDeclared(f"{name!r} is no name of a draw: a text of 1 to {DRAW_LENGTH_MAX} characters")
        return draw_of(self.scene.campaign.draw_secret, name)
