"""Members who are one person since a merge, as a batch of facts knows them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from siyu.sdk import MemberView

# A member and where they came in the order of joining, which no merge changes.
Place = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class Kin:
    """Who stands for whom among the members of a batch; most are nobody's kin.

    `roots`: who stands for a merged member. `absorbed`: the members that were merged into one, through however many
    merges. `places`: of all of them.
    """

    roots: Mapping[UUID, UUID] = field(default_factory=lambda: MappingProxyType({}))
    absorbed: Mapping[UUID, Sequence[UUID]] = field(default_factory=lambda: MappingProxyType({}))
    places: Mapping[UUID, Place] = field(default_factory=lambda: MappingProxyType({}))

    def __or__(self, other: "Kin") -> "Kin":
        """What both know."""
        if not other.places:
            return self
        return Kin({**self.roots, **other.roots}, {**self.absorbed, **other.absorbed}, {**self.places, **other.places})

    def person(self, member_id: UUID) -> UUID:
        """Who stands for the member."""
        return self.roots.get(member_id, member_id)

    def whole(self, member_ids: Collection[UUID]) -> set[UUID]:
        """These members and all that were merged into them."""
        return {*member_ids, *(each for member_id in member_ids for each in self.absorbed.get(member_id, ()))}

    def first_place(self, member: MemberView) -> Place:
        """Where the person of a member came in the order of joining: the place of the first of them."""
        root = self.person(member.id)
        if root not in self.places:
            return member.joined_at, member.id
        return min(self.places[each] for each in (root, *self.absorbed.get(root, ())))

    def own_place(self, member: MemberView) -> Place:
        """Where the member came."""
        return self.places.get(member.id, (member.joined_at, member.id))

    @property
    def others_by_name(self) -> dict[str, list[str]]:
        """Those who were merged into each survivor, all as counters call them."""
        return {str(survivor): [str(each) for each in members] for survivor, members in self.absorbed.items()}


NO_KIN = Kin()
