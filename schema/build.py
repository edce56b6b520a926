"""The schema built from the core and the campaign types; a type that does not fit is left out, with the reason."""

import dataclasses
import logging
import warnings
from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any

import strawberry
from strawberry.extensions import MaxTokensLimiter, ParserCache, SchemaExtension, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types
from strawberry.utils.str_converters import to_camel_case

from schema.actions import action_mutations
from schema.annotations import NoGraphQLType
from schema.documents import OneOperation
from schema.kinds import KindTypes, SiyuSchema
from schema.mutations import CORE_MUTATIONS
from schema.naming import type_prefix
from schema.queries import Query
from schema.read_fields import Fields, ReadFields
from schema.scalars import SCALARS
from schema.subscriptions import Subscription
from schema.types.campaign import Campaign, UnavailableCampaign
from schema.types.effects import ALL_EFFECTS
from schema.types.participation import Participation, UnavailableParticipation
from siyu.campaigns import AnyCampaignType, BrokenPlugin, Registry
from siyu.deadline import DEADLINE, LOADING_S, Patience

logger = logging.getLogger(__name__)

TOKENS_MAX = 2_000
# Front ends send a few dozen documents over and over; a stranger's many cannot grow these caches.
CACHED_DOCUMENTS_MAX = 512

Extensions = Sequence[Callable[[], SchemaExtension]]
# How documents are parsed and validated where nobody guards them.
CACHES: Extensions = (
    lambda: MaxTokensLimiter(TOKENS_MAX),
    lambda: ParserCache(CACHED_DOCUMENTS_MAX),
    lambda: ValidationCache(CACHED_DOCUMENTS_MAX),
)

FALLBACK = KindTypes(None, UnavailableCampaign, UnavailableParticipation, None, {})


def build_schema(
    registry: Registry, *extensions: Callable[[], SchemaExtension], documents: Extensions = CACHES
) -> SiyuSchema:
    """The schema of the core and of every campaign type that fits into it; `schema.registry` tells the others.

    `documents` parse and validate; `extensions` join the schema's own, last.
    """
    wanted = (*documents, OneOperation, *extensions)
    try:
        return DEADLINE.ask(Patience(LOADING_S), _build, registry, wanted)
    except Exception:  # whose fault it is takes a build for each type to find out, which is seldom needed
        return _build(buildable(registry), wanted)


def buildable(registry: Registry) -> Registry:
    """The registry without the campaign types whose GraphQL types cannot be built; those are listed as broken.

    Of two that clash, the one registered later is left out.
    """
    kept: dict[str, AnyCampaignType] = {}
    broken = list(registry.broken)
    for key, kind in registry.types.items():
        try:
            DEADLINE.ask(Patience(LOADING_S), _build, Registry(MappingProxyType({**kept, key: kind})))
        except Exception as error:  # a stranger's declarations meet strawberry here: whatever comes of it is told
            problem = f"{type(error).__name__}: {error}"
            logger.error("campaign type %s is left out: %s", key, problem)
            broken.append(BrokenPlugin(key, problem, registry.distributions.get(key)))
        else:
            kept[key] = kind
    return Registry(MappingProxyType(kept), tuple(broken), registry.distributions)


def _build(registry: Registry, extensions: Extensions = ()) -> SiyuSchema:
    with warnings.catch_warnings():
        # Two mutations of one name are but a warning to strawberry, and the second would be lost.
        warnings.simplefilter("error", UserWarning)
        kinds = {key: _kind_types(kind) for key, kind in registry.types.items()}
        mutations = [types.mutations for types in kinds.values() if types.mutations is not None]
        objects: list[Any] = [UnavailableCampaign, UnavailableParticipation, *ALL_EFFECTS.values()]
        for types in kinds.values():
            objects.extend((types.campaign, types.participation))
        schema = SiyuSchema(
            query=Query,
            mutation=merge_types("Mutation", (*CORE_MUTATIONS, *mutations)),
            subscription=Subscription,
            types=objects,
            config=StrawberryConfig(scalar_map=SCALARS),
            extensions=[*extensions],
        )
    schema.registry, schema.kinds, schema.fallback = registry, kinds, FALLBACK
    return schema


def _kind_types(kind: AnyCampaignType) -> KindTypes:
    prefix, title = type_prefix(kind.key), kind.title.en
    read = ReadFields(kind)
    campaign = strawberry.type(
        _with_fields(f"{prefix}Campaign", Campaign, read.of_campaign()), description=f"{title}: a campaign."
    )
    participation = strawberry.type(
        _with_fields(f"{prefix}Participation", Participation, read.of_participation()),
        description=f"{title}: a member's participation.",
    )
    return KindTypes(
        kind, campaign, participation, action_mutations(kind, participation), kind.config.model_json_schema()
    )


def _with_fields(name: str, base: type, added: Fields) -> type:
    """A class of the base with a plugin's own fields. Raises NoGraphQLType for one that the base has already."""
    own = {to_camel_case(each.name) for each in dataclasses.fields(base)}
    taken = sorted(own & added.keys()) or sorted(each for each in added if hasattr(base, each))
    if taken:
        raise NoGraphQLType(f"{name} has fields of these names already: {taken}")
    return type(name, (base,), dict(added))
