"""The groups and memberships a batch of facts touches, in memory, and the core's own rules about them."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from siyu.groups.questionnaire import Question, tags_for, wrong_answer
from siyu.groups.record import GroupRecord, Membership, Role
from siyu.sdk import Text, member_of_code
from siyu.sdk.core_facts import GROUP_ANSWERED, GROUP_JOINED, GROUP_LEFT
from siyu.sdk.group_facts import Answers

GROUP_NOT_FOUND = "GROUP_NOT_FOUND"
GROUP_ARCHIVED = "GROUP_ARCHIVED"
GROUP_FULL = "GROUP_FULL"
ALREADY_IN_GROUP = "ALREADY_IN_GROUP"
NOT_IN_GROUP = "NOT_IN_GROUP"
TOO_MANY_GROUPS = "TOO_MANY_GROUPS"
QUESTIONNAIRE_NOT_FOUND = "QUESTIONNAIRE_NOT_FOUND"
ALREADY_ANSWERED = "ALREADY_ANSWERED"
WRONG_ANSWER = "WRONG_ANSWER"

GROUP_REFUSALS: Mapping[str, Text] = {
    GROUP_NOT_FOUND: Text(zh="没有这个社群", en="There is no such group"),
    GROUP_ARCHIVED: Text(zh="社群已归档", en="The group is archived"),
    GROUP_FULL: Text(zh="社群已满员（{capacity} 人）", en="The group is full: it holds {capacity}"),
    ALREADY_IN_GROUP: Text(zh="会员已在该社群中", en="The member is in the group already"),
    NOT_IN_GROUP: Text(zh="会员当时不在该社群中", en="The member was not in the group then, or is known to have left"),
    QUESTIONNAIRE_NOT_FOUND: Text(zh="问卷已更新或不存在", en="The group asks something else by now, or nothing"),
    ALREADY_ANSWERED: Text(zh="该问卷已填写过", en="The member has answered this version already"),
    WRONG_ANSWER: Text(zh="问题 {question} 的回答不符合要求", en="{question} is not answered as it asks for"),
    TOO_MANY_GROUPS: Text(
        zh="会员加入的社群已达上限（{most} 个）", en="The member is in {most} groups, the most there may be"
    ),
}

# Facts that look at groups: what they name is read before.
LOOKS_AT_GROUPS = frozenset({GROUP_JOINED, GROUP_LEFT, GROUP_ANSWERED})
# A member's groups are one array in their row, which rules look through.
GROUPS_MAX = 500

NOTHING: Mapping[str, Any] = {}
# The code of a refusal and what it tells.
Refused = tuple[str, Mapping[str, Any]]


class GroupBook:
    """Groups by key; `changed`, `resized` and `moved` are what a commit has to write.

    A book that nothing was read for, as that of a replay or a simulation, knows no groups and refuses nothing.
    """

    def __init__(self) -> None:
        self.is_loaded = False
        self._groups: dict[str, GroupRecord] = {}
        self._memberships: dict[tuple[UUID, UUID], Membership] = {}
        # The keys of the groups that members are in, of those members whom the facts are about.
        self._keys: dict[UUID, frozenset[str]] = {}
        # By group: the version that is asked now, and its questions; by group, version and member: who has answered.
        self.asked: dict[UUID, tuple[int, Sequence[Question]]] = {}
        self.answered: set[tuple[UUID, int, UUID]] = set()
        # What a commit has to write of answers, and the tags that they stand for.
        self.answers: dict[tuple[UUID, int, UUID], tuple[datetime, Answers]] = {}
        self.labels: dict[UUID, list[str]] = {}
        # Members there are, among those whom facts name as inviters.
        self.inviters: set[UUID] = set()
        self.changed: dict[tuple[UUID, UUID], Membership] = {}
        self.resized: dict[UUID, GroupRecord] = {}
        # By member and key: whether the key is one of theirs now.
        self.moved: dict[tuple[UUID, str], bool] = {}

    def put(self, group: GroupRecord) -> None:
        """Make a group of the database known."""
        self._groups[group.key] = group

    def put_membership(self, membership: Membership) -> None:
        """Make a membership of the database known."""
        self._memberships[membership.community_id, membership.member_id] = membership

    def put_keys(self, member_id: UUID, keys: frozenset[str]) -> None:
        """Make known which groups a member is in."""
        self._keys[member_id] = keys

    def find(self, key: str) -> GroupRecord | None:
        """The group, if it was read."""
        return self._groups.get(key)

    def membership(self, group: GroupRecord, member_id: UUID) -> Membership | None:
        """What is known of the member in the group."""
        return self._memberships.get((group.id, member_id))

    def keys_of(self, member_id: UUID) -> frozenset[str]:
        """The keys of the groups the member is in."""
        return self._keys.get(member_id, frozenset())

    def accept(self, fact_type: str, member_id: UUID, at: datetime, data: Mapping[str, Any]) -> Refused | None:
        """Enter a fact of LOOKS_AT_GROUPS: None, or why it is refused. Nothing happens for others."""
        if fact_type not in LOOKS_AT_GROUPS or not self.is_loaded:
            return None
        group = self._groups.get(data["group"])
        if group is None:
            return GROUP_NOT_FOUND, NOTHING
        known = self._memberships.get((group.id, member_id)) or Membership(group.id, member_id)
        if fact_type == GROUP_ANSWERED:
            return self._answer(group, known, at, Answers.model_validate_json(json.dumps(data["answers"])))
        if fact_type == GROUP_LEFT:
            return self._leave(group, known, at)
        return self._join(group, known, at, data)

    def _leave(self, group: GroupRecord, known: Membership, at: datetime) -> Refused | None:
        counted = known.counts
        is_news = known.note(at, joined=False)
        self._settle(group, known, counted)
        return None if is_news else (NOT_IN_GROUP, NOTHING)

    def _join(self, group: GroupRecord, known: Membership, at: datetime, data: Mapping[str, Any]) -> Refused | None:
        if group.is_archived:
            return GROUP_ARCHIVED, NOTHING
        was_in, counted = known.is_in, known.counts
        role = known.role if was_in else Role(data.get("role", Role.MEMBER.value))
        will_be_in = was_in or not known.leaves or at > max(known.leaves)
        if will_be_in and not was_in and role is not Role.BOT:
            if group.is_full:
                return GROUP_FULL, {"capacity": group.capacity}
            if len(self.keys_of(known.member_id)) >= GROUPS_MAX:
                return TOO_MANY_GROUPS, {"most": GROUPS_MAX}
        is_news = known.note(at, joined=True)
        if not was_in:
            known.role = role
            known.inviter_id = self._inviter(known.member_id, data)
            known.source = data.get("source")
        self._settle(group, known, counted)
        if is_news and data.get("answers"):
            # Whoever joins has joined, whatever they answered.
            self._answer(group, known, at, Answers.model_validate_json(json.dumps(data["answers"])))
        return None if is_news else (ALREADY_IN_GROUP, NOTHING)

    def _answer(self, group: GroupRecord, known: Membership, at: datetime, answers: Answers) -> Refused | None:
        """Keep what somebody who is in the group answered, once a version."""
        if not known.is_in:
            return NOT_IN_GROUP, NOTHING
        version, questions = self.asked.get(group.id, (0, ()))
        if answers.version != version or not questions:
            return QUESTIONNAIRE_NOT_FOUND, NOTHING
        place = group.id, version, known.member_id
        if place in self.answered:
            return ALREADY_ANSWERED, NOTHING
        wrong = wrong_answer(questions, answers)
        if wrong is not None:
            return WRONG_ANSWER, {"question": wrong}
        self.answered.add(place)
        self.answers[place] = at, answers
        self.labels.setdefault(known.member_id, []).extend(tags_for(questions, answers.choices))
        return None

    def give_role(self, key: str, member_id: UUID, role: Role) -> Refused | None:
        """Let a member who is in a group be something else in it: None, or why it is refused."""
        group = self._groups.get(key)
        known = self.membership(group, member_id) if group else None
        if group is None or known is None or not known.is_in:
            return NOT_IN_GROUP, NOTHING
        counted = known.counts
        if not counted and role is not Role.BOT and group.is_full:
            return GROUP_FULL, {"capacity": group.capacity}
        known.role = role
        self._settle(group, known, counted)
        return None

    def _inviter(self, member_id: UUID, data: Mapping[str, Any]) -> UUID | None:
        """Who invited; nobody where the code is nobody's, or the member's own."""
        inviter_id = member_of_code(data.get("inviter"))
        return inviter_id if inviter_id in self.inviters and inviter_id != member_id else None

    def _settle(self, group: GroupRecord, known: Membership, counted: bool) -> None:
        """Note what a commit has to write after a move."""
        place = known.community_id, known.member_id
        self._memberships[place] = self.changed[place] = known
        if known.counts is counted:
            return
        group.member_count += 1 if known.counts else -1
        self.resized[group.id] = group
        self.moved[known.member_id, group.key] = known.counts
        keys = self.keys_of(known.member_id)
        self._keys[known.member_id] = keys | {group.key} if known.counts else keys - {group.key}

    def forget_changes(self) -> None:
        """Drop what a commit would write; what later decisions read stays."""
        self.changed.clear()
        self.resized.clear()
        self.moved.clear()
        self.answers.clear()
        self.labels.clear()
