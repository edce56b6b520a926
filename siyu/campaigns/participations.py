"""Participations of a batch of facts: in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import orjson
from pydantic import BaseModel

from siyu.campaigns.immutable import blank
from siyu.campaigns.live import LiveCampaign
from siyu.campaigns.registry import AnyCampaignType
from siyu.errors import InvalidInput
from siyu.inputs import check_json
from siyu.sdk import CampaignState

# Characters of JSON. A state is read and written with every decision.
STATE_LENGTH_MAX = 65_536

# The id of a participation that the database does not have yet.
UNWRITTEN = UUID(int=0)

# A campaign and a subject.
ParticipationKey = tuple[UUID, UUID]


def team_id(campaign_id: UUID, key: str) -> UUID:
    """The subject that a team is: equal everywhere for equal keys, in the database's own check too."""
    return UUID(bytes=sha256(f"{campaign_id}/{key}".encode()).digest()[:16])


def first_team_state(kind: AnyCampaignType) -> str:
    """The JSON of what a team remembers that is there from the start. Raises what the type's code raises."""
    assert kind.team is not None, "only types with teams tell their keys"  # noqa: S101 - our bug
    state: BaseModel = kind.team.state()
    return _text_of(state)


@dataclass(slots=True)
class ParticipationRecord:
    """One participation: stored text until a campaign looks, then its typed state.

    `created_at` is None for one that the database holds already; `updated_at` once there is something to write.
    `prepared` is the text of the state that the present decision wants to set, `prepared_team` that of its team's.
    `arm` is the member's in an experiment, `arm_drawn` says that it is to be written.
    """

    id: UUID
    campaign_id: UUID
    subject_id: UUID
    stored: str | None
    stored_version: int
    created_at: datetime | None = None
    state: CampaignState | None = None
    updated_at: datetime | None = None
    prepared: str | None = None
    prepared_team: str | None = None
    arm: str | None = None
    arm_drawn: bool = False
    # The team's key, where the subject is a team.
    team: str | None = None

    def state_for(self, campaign: LiveCampaign) -> CampaignState:
        """The state as the type's present version has it: its defaults where there is none yet."""
        copies = campaign.copies_state if self.team is None else campaign.needs.copies_team
        if self.state is None or copies:
            self.state = self.read(campaign.type)
        return self.state

    def read(self, kind: AnyCampaignType) -> CampaignState:
        """The stored state, read anew."""
        model: type[CampaignState] = kind.state
        upcast = kind.upcast
        if self.team is not None:
            assert kind.team is not None, "only types with teams have their participations read"  # noqa: S101 - our bug
            assert self.stored is not None, "a new team has the state it was opened with"  # noqa: S101 - as above
            model, upcast = kind.team.state, kind.upcast_team
        if self.stored is None:
            return blank(model)
        if self.stored_version == kind.state_version:
            # The methods around pydantic's core take a third of the time, here and in `_text_of`.
            return model.__pydantic_validator__.validate_json(self.stored)  # type: ignore[no-any-return]  # a `model`
        return model.model_validate(upcast(self.stored_version, orjson.loads(self.stored)))

    def prepare(self, state: BaseModel) -> bool:
        """Turn a state that is to be set into text, while its campaign can still fail; False if that cannot be kept."""
        self.prepared = _text_of(state)
        return _can_be_kept(self.prepared)

    def prepare_team(self, state: BaseModel) -> bool:
        """The same for the state of a team that the member's decision wants to set."""
        self.prepared_team = _text_of(state)
        return _can_be_kept(self.prepared_team)

    def set_state(self, state: CampaignState, version: int, now: datetime) -> None:
        """Replace the state by the prepared one, to be written."""
        self.state, self.stored, self.stored_version, self.updated_at = state, self.prepared, version, now

    def forget(self) -> None:
        """Read the state anew next time: a campaign that failed may have left its fingers in it."""
        self.state = None

    def keep_arm(self, arm: str, version: int, now: datetime) -> None:
        """Keep the arm that was drawn, to be written with the state that was read."""
        self.arm, self.arm_drawn = arm, True
        assert self.state is not None, "the state is read before an arm is kept"  # noqa: S101 - our bug
        self.stored, self.stored_version, self.updated_at = _text_of(self.state), version, now

    def written_at(self) -> datetime:
        """When the state was set."""
        assert self.updated_at is not None, "only participations that changed are written"  # noqa: S101 - our bug
        return self.updated_at

    def state_json(self) -> str:
        """The state as it is stored."""
        assert self.stored is not None, "only participations whose state was set are written"  # noqa: S101 - our bug
        return self.stored


def _text_of(state: BaseModel) -> str:
    return state.__pydantic_serializer__.to_json(state).decode()


def _can_be_kept(text: str) -> bool:
    if len(text) > STATE_LENGTH_MAX:
        return False
    # The only escape of JSON that PostgreSQL refuses; backslashes before it may mean something else.
    if "\\u0000" not in text:
        return True
    try:
        check_json(orjson.loads(text), ("state",))
    except InvalidInput:
        return False
    return True


class Participations:
    """Participations by campaign and subject; those with `updated_at` are what a commit has to write."""

    def __init__(self, new_id: Callable[[], UUID]) -> None:
        self._new_id = new_id
        self._records: dict[ParticipationKey, ParticipationRecord] = {}

    def put(self, record: ParticipationRecord) -> None:
        """Make a participation of the database known."""
        self._records[record.campaign_id, record.subject_id] = record

    def record(self, campaign_id: UUID, subject_id: UUID, now: datetime) -> ParticipationRecord:
        """The subject's participation in the campaign; a new one where there is none, not written before it changes."""
        key = campaign_id, subject_id
        record = self._records.get(key)
        if record is None:
            record = ParticipationRecord(UNWRITTEN, campaign_id, subject_id, None, 0, created_at=now)
            self._records[key] = record
        return record

    def team(self, campaign_id: UUID, key: str) -> ParticipationRecord | None:
        """A team's participation; None where there is no such team."""
        return self._records.get((campaign_id, team_id(campaign_id, key)))

    def new_team(self, campaign_id: UUID, key: str, now: datetime) -> ParticipationRecord:
        """The participation of a team that nobody can know of yet."""
        record = self.record(campaign_id, team_id(campaign_id, key), now)
        record.team = key
        return record

    def forget_teams(self, campaign_id: UUID) -> None:
        """Read the states of a campaign's teams anew next time, as `ParticipationRecord.forget` says."""
        for record in self._records.values():
            if record.campaign_id == campaign_id and record.team is not None:
                record.forget()

    def changed(self) -> list[ParticipationRecord]:
        """The participations to write, each new one with an id; most who are refused never get that far."""
        changed = [record for record in self._records.values() if record.updated_at is not None]
        for record in changed:
            if record.created_at is not None:
                record.id = self._new_id()
        return changed

    def changed_teams(self) -> set[UUID]:
        """The subjects among them that are teams."""
        records = self._records.values()
        return {record.subject_id for record in records if record.team is not None and record.updated_at is not None}
