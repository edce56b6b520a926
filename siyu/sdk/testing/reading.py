"""What a campaign on a stage reads through its view."""

from datetime import datetime, tzinfo
from typing import Literal, NamedTuple

from siyu.sdk.audience import Features
from siyu.sdk.draws import DRAW_LENGTH_MAX, Draw, draw_of
from siyu.sdk.effects import Hold, Settle
from siyu.sdk.testing.counting import fact_counter, has_keys, left_of, stored_team, team_named
from siyu.sdk.testing.inviting import partner_of
from siyu.sdk.testing.scene import Scene, groups_sized
from siyu.sdk.testing.storable import is_text
from siyu.sdk.view import Granted, Held, MemberView, NotDeclared, Reserved, TeamT


class SceneReads(NamedTuple):
    """What a view on a stage reads."""

    scene: Scene

    def granted(self, unit: str, reference: str, of: Literal["grant", "spend"]) -> Granted | None:
        """As `View.granted`."""
        if not self.scene.is_readable(reference):
            raise NotDeclared(f"the reference {reference!r} is not among the declared reads")
        return self.scene.shop.granted(self.scene.fact.member_id, unit, reference, of)

    def balance(self, unit: str) -> int:
        """As `View.balance`."""
        return self.scene.shop.balances[self.scene.fact.member_id, unit]

    def features(self) -> Features:
        """As `View.features`."""
        scene = self.scene
        if scene.kind.features is None or scene.kind.features(scene.config) is not True:
            raise NotDeclared("the campaign type's `features` does not say that this config reads them")
        return scene.shop.known(scene.fact)

    def group_size(self, key: str) -> int | None:
        """As `View.group_size`."""
        if key not in groups_sized(self.scene.kind, self.scene.config):
            raise NotDeclared("the campaign type's `group_sizes` does not name this group for the config")
        return self.scene.shop.group_size(key)

    def partner(self) -> MemberView | None:
        """As `View.partner`."""
        if self.scene.kind.partner is None:
            raise NotDeclared("the campaign type declares no `partner`")
        return partner_of(self.scene)

    def held(self, key: str) -> Held | None:
        """As `View.held`."""
        if self.scene.kind.effects.isdisjoint({Hold, Settle}):
            raise NotDeclared("the campaign has neither Hold nor Settle among its effects")
        found = self.scene.shop.holds.get((self.scene.fact.member_id, key))
        return None if found is None else Held(found.unit, found.amount, found.at)

    def team(self, state: type[TeamT]) -> TeamT | None:
        """As `View.team`."""
        declared = self.scene.kind.team
        if declared is None or declared.state is not state:
            raise NotDeclared(f"the campaign has no teams with a {state.__name__}")
        stored = stored_team(self.scene)
        return None if stored is None else state.model_validate_json(stored)

    def left(self, counter: str, subject: str | None) -> int | None:
        """As `View.left`."""
        return left_of(self.scene, fact_counter(self.scene, counter, subject))

    def used(self, counter: str, subject: str | None) -> int:
        """As `View.used`."""
        key = fact_counter(self.scene, counter, subject).key
        return self.scene.shop.counted[key].taken if key else 0

    def on_hold(self, counter: str, subject: str | None) -> int:
        """As `View.on_hold`."""
        key = fact_counter(self.scene, counter, subject).key
        return self.scene.shop.counted[key].held if key else 0

    def reserved(self, key: str) -> Reserved | None:
        """As `View.reserved`."""
        if not has_keys(self.scene.kind):
            raise NotDeclared("the campaign has neither Release nor Confirm among its effects")
        found = self.scene.shop.reservations.get((self.scene.fact.member_id, key))
        return (
            None
            if found is None
            else Reserved(found.counter.name, found.counter.subject, found.amount, found.confirmed)
        )

    def team_key(self) -> str | None:
        """As `View.team_key`."""
        return team_named(self.scene)

    def zone(self) -> tzinfo:
        """As `View.zone`."""
        return self.scene.zone

    def now(self) -> datetime:
        """As `View.now`."""
        return self.scene.now

    def draw(self, name: str) -> Draw:
        """As `View.draw`."""
        if not is_text(name, DRAW_LENGTH_MAX):
            raise NotDeclared(f"{name!r} is no name of a draw: a text of 1 to {DRAW_LENGTH_MAX} characters")
        return draw_of(self.scene.shop.draw_secret, name)
