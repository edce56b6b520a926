"""groupQuestionnaireSet, for operators, and questionnaireAnswer, for members and those who answer for them."""

from typing import Any

import strawberry

from schema.context import Info
from schema.errors import MENDABLE, UserError, user_errors
from schema.fields import field_for
from schema.ids import GROUP, MEMBER, decode_uuid
from schema.keys import own_key
from schema.kinds import schema_of
from schema.nodes import find_group
from schema.permissions import ForConcerned, ForOperators
from schema.types.decision import refusal_errors
from schema.types.group import Group
from schema.types.questionnaire import QuestionKind
from siyu.access import Scope
from siyu.engine import NewFact
from siyu.engine.intake import service_fact
from siyu.errors import InvalidInput, NotFound, Problem
from siyu.groups.questionnaire import Questionnaire
from siyu.groups.questionnaire_store import set_questionnaire
from siyu.inputs import parse_json
from siyu.sdk.core_facts import GROUP_ANSWERED
from siyu.sdk.group_facts import QUESTIONS_MAX, TEXT_MAX


@strawberry.input
class QuestionOptionInput:
    """One of the answers to choose from."""

    key: str
    title: str
    tag: str | None = strawberry.field(default=strawberry.UNSET, description="What whoever chooses it is tagged with.")


@strawberry.input
class GroupQuestionInput:
    """A question: with options to choose from, or none for a text."""

    key: str
    kind: QuestionKind
    title: str
    required: bool = False
    options: list[QuestionOptionInput] = strawberry.field(default_factory=list)


@strawberry.input
class GroupQuestionnaireSetInput:
    """What a group asks from now on, in this order; nothing for an empty list."""

    group: strawberry.ID
    questions: list[GroupQuestionInput]


@strawberry.input
class QuestionAnswerInput:
    """The answer to one question."""

    question: str
    options: list[str] | None = strawberry.field(default=strawberry.UNSET, description="The keys of those chosen.")
    text: str | None = strawberry.field(default=strawberry.UNSET, description="Of 1 to 500 characters; it is not kept.")


@strawberry.input
class QuestionnaireAnswerInput:
    """What a member answers of a version, once."""

    group: strawberry.ID
    member: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="The caller by default.")
    version: int
    answers: list[QuestionAnswerInput]
    idempotency_key: str


@strawberry.type
class GroupQuestionnaireSetPayload:
    """The group; null where nothing was changed."""

    group: Group | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class QuestionnaireAnswerPayload:
    """The group that was answered; null where it was not."""

    group: Group | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class QuestionnaireMutations:
    """What groups ask, and what is answered."""

    @field_for(ForOperators, "Have a group ask these questions. What differs is a new version, answered anew.")
    async def group_questionnaire_set(
        self, info: Info, input: GroupQuestionnaireSetInput
    ) -> GroupQuestionnaireSetPayload:
        context = info.context
        context.loaders.forget()
        try:
            group = await find_group(info, decode_uuid(GROUP, input.group))
            if group is None:
                raise NotFound("there is no such group")
            asked = parse_json(Questionnaire, {"questions": [_question(each) for each in input.questions]}, ())
            await set_questionnaire(context.pool, group.row.id, asked.questions, context.now, context.principal.subject)
        except MENDABLE as error:
            return GroupQuestionnaireSetPayload(user_errors=user_errors(error, context.language))
        return GroupQuestionnaireSetPayload(group=group)

    @field_for(
        ForConcerned,
        "Answer what a group asks, as a member who is in it. The options' tags are given. Safe to repeat with the same "
        "key.",
        Scope.MEMBERS_WRITE,
    )
    async def questionnaire_answer(self, info: Info, input: QuestionnaireAnswerInput) -> QuestionnaireAnswerPayload:
        context = info.context
        context.loaders.forget()
        member_id = decode_uuid(MEMBER, input.member) if input.member else context.principal.member_id
        try:
            group = await find_group(info, decode_uuid(GROUP, input.group))
            if group is None or member_id is None or not context.principal.may_change(member_id):
                raise NotFound("there is no such group or member")
            data = {"group": group.row.key, "answers": _answers(input)}
            key, now = own_key(context.principal, input.idempotency_key), context.now
            told = service_fact(schema_of(info).registry, GROUP_ANSWERED, now, data, key, now)
            outcome = await context.engine.submit(NewFact(GROUP_ANSWERED, member_id, now, told.data, key, stamped=True))
        except MENDABLE as error:
            return QuestionnaireAnswerPayload(user_errors=user_errors(error, context.language))
        refused = [decision.refusal for decision in outcome.decisions if decision.campaign_id is None]
        errors = [error for each in refused for error in refusal_errors(each, None, context.language, "answers")]
        return QuestionnaireAnswerPayload(group=None if errors else group, user_errors=errors)


def _question(given: GroupQuestionInput) -> dict[str, Any]:
    options = [
        {"key": each.key, "title": each.title, **({"tag": each.tag} if each.tag else {})} for each in given.options
    ]
    shown = {"key": given.key, "kind": given.kind.value, "title": given.title}
    return {**shown, "required": given.required, "options": options}


def _answers(given: QuestionnaireAnswerInput) -> dict[str, Any]:
    """The answers as a fact has them: of texts their lengths alone. Raises InvalidInput."""
    if len(given.answers) > QUESTIONS_MAX:
        raise InvalidInput([Problem(("answers",), f"must be at most {QUESTIONS_MAX}")])
    choices: dict[str, list[str]] = {}
    texts: dict[str, int] = {}
    for place, each in enumerate(given.answers):
        if each.question in {*choices, *texts}:
            raise InvalidInput([Problem(("answers", str(place)), "the question is answered before")])
        if bool(each.options) == bool(each.text):
            raise InvalidInput([Problem(("answers", str(place)), "give either options or a text")])
        if each.text:
            if len(each.text) > TEXT_MAX:
                raise InvalidInput([Problem(("answers", str(place)), f"must have at most {TEXT_MAX} characters")])
            texts[each.question] = len(each.text)
        else:
            choices[each.question] = list(each.options or ())
    return {"version": given.version, "choices": choices, "texts": texts}
