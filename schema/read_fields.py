"""The GraphQL fields of plugins: what they tell of a participation, on it and for the calling member."""

from collections.abc import Mapping
from inspect import Parameter, Signature
from typing import Annotated, Any
from uuid import UUID

import strawberry
from pydantic import ValidationError
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from schema.annotations import NoGraphQLType, graphql_type
from schema.context import Info
from schema.errors import invalid_argument
from schema.fields import field
from schema.naming import type_prefix
from schema.read_outputs import OutputTypes
from siyu.campaigns import AnyCampaignType
from siyu.campaigns.participation_queries import ParticipationRow
from siyu.campaigns.queries import CampaignRow
from siyu.campaigns.reading import AnyField, Asked, read_field

Fields = Mapping[str, StrawberryField]
VIEWERS = "The calling member's, of how everybody begins before the first decision about them; null for others."


class ReadFields:
    """The fields that one campaign type adds."""

    def __init__(self, kind: AnyCampaignType) -> None:
        self._kind = kind
        self._types = OutputTypes(type_prefix(kind.key))

    def of_participation(self) -> Fields:
        """Those of its participations; null on a team's."""

        async def answer(source: Any, info: Info, known: AnyField, given: Mapping[str, Any]) -> Any:
            if source.row.team is not None:
                return None
            return await self._answer(info, known, given, source.campaign_row, source.row, source.row.member_id)

        return {known.name: self._field(known, known.name, "Null on a team's.", answer) for known in self._kind.fields}

    def of_campaign(self) -> Fields:
        """Those of its campaigns, for whoever asks."""

        async def answer(source: Any, info: Info, known: AnyField, given: Mapping[str, Any]) -> Any:
            member_id = info.context.principal.member_id
            if member_id is None:
                return None
            row = await info.context.loaders.participation_of.load((source.row.id, member_id))
            return await self._answer(info, known, given, source.row, row, member_id)

        return {name: self._field(known, name, VIEWERS, answer) for name, known in self._viewers().items()}

    def _viewers(self) -> Mapping[str, AnyField]:
        return {f"viewer{known.name[0].upper()}{known.name[1:]}": known for known in self._kind.fields}

    def _field(self, known: AnyField, name: str, about: str, answer: Any) -> StrawberryField:
        async def resolve(self: Any, info: Info, **given: Any) -> Any:
            return await answer(self, info, known, given)

        resolve.__name__ = name
        resolve.__signature__ = self._signature(known)  # type: ignore[attr-defined]  # strawberry reads it
        return field(f"{self._kind.title.en}: {known.title.en}. {about}")(resolve)

    def _signature(self, known: AnyField) -> Signature:
        """The arguments that the model of the input has fields for."""
        by_keyword = Parameter.KEYWORD_ONLY
        parameters = [Parameter("self", Parameter.POSITIONAL_OR_KEYWORD)]
        parameters.append(Parameter("info", Parameter.POSITIONAL_OR_KEYWORD, annotation=Info))
        for name, told in known.input.model_fields.items():
            found = graphql_type(told.annotation)
            if found is None:
                raise NoGraphQLType(f"field {known.name}: the argument {name} has no GraphQL type: {told.annotation}")
            must = told.is_required()
            annotation = found if must else found | None
            about = strawberry.argument(description=told.description)
            described = Annotated[annotation, about]  # type: ignore[valid-type]  # it is known at run time
            default = Parameter.empty if must else strawberry.UNSET
            parameters.append(Parameter(name, by_keyword, annotation=described, default=default))
        return Signature(parameters, return_annotation=self._types.of(known.output) | None)

    async def _answer(
        self,
        info: Info,
        known: AnyField,
        given: Mapping[str, Any],
        campaign: CampaignRow,
        row: ParticipationRow | None,
        member_id: UUID,
    ) -> Any:
        context = info.context
        try:
            sent = known.input.model_validate({n: v for n, v in given.items() if v is not strawberry.UNSET})
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]
            path = ".".join(to_camel_case(str(step)) for step in problem["loc"])
            raise invalid_argument(f"{path}: {problem['msg']}") from None
        features = await context.loaders.features.load(member_id) if self._kind.features is not None else None
        asked = Asked(campaign, row, member_id, context.now, context.zone, features)
        return self._types.told(read_field(self._kind, known, sent, asked))
