"""The effects that give what is no value, and tell of it: `Issue`, `Revoke` and `Notify`."""

from collections.abc import Mapping

from siyu.sdk.effects import Issue, Notify, Revoke
from siyu.sdk.testing.limits import JSON_INTEGER_MAX, KEY_LENGTH_MAX, PARAM_LENGTH_MAX, PARAMS_MAX
from siyu.sdk.testing.scene import InvalidEffect, Logged, Refusal, Scene
from siyu.sdk.testing.storable import is_text
from siyu.sdk.text import Text


def issue_is_possible(scene: Scene, effect: Issue) -> bool:
    """A name, a key and a declared code."""
    named = is_text(effect.reward, KEY_LENGTH_MAX) and is_text(effect.key, KEY_LENGTH_MAX)
    return named and effect.code in scene.kind.refusals


def issue_is_refused(scene: Scene, effect: Issue) -> Refusal | None:
    """The key must be new: no reward of the member ever had it, and none of this decision has."""
    if effect.key in scene.draft.reward_keys or (scene.fact.member_id, effect.key) in scene.shop.reward_keys:
        return Refusal(effect.code, {"key": effect.key})
    scene.draft.reward_keys.add(effect.key)
    return None


def issue(scene: Scene, effect: Issue) -> Logged:
    """Give the reward; its key is used from now on."""
    owner = scene.fact.member_id, effect.key
    scene.shop.rewards[owner] = effect.reward
    scene.shop.reward_keys.add(owner)
    return {"kind": "issue", "reward": effect.reward, "key": effect.key}


def revoke_is_possible(_: Scene, effect: Revoke) -> bool:
    """A key."""
    return is_text(effect.key, KEY_LENGTH_MAX)


def revoke(scene: Scene, effect: Revoke) -> Logged:
    """Take the reward back, if there is one; its key stays used."""
    scene.shop.rewards.pop((scene.fact.member_id, effect.key), None)
    return {"kind": "revoke", "key": effect.key}


def notify_is_possible(scene: Scene, effect: Notify) -> bool:
    """A declared message, and few and short params that it has words with. Raises InvalidEffect where it has none."""
    template, params = scene.kind.messages.get(effect.message), dict(effect.params)
    if template is None or len(params) > PARAMS_MAX:
        return False
    if not all(is_text(name, KEY_LENGTH_MAX) and _is_param(value) for name, value in params.items()):
        return False
    words = _filled_in(template, params)
    return bool(words.zh and words.en)


def notify(scene: Scene, effect: Notify) -> Logged:
    """Leave the member the words, in both languages."""
    params = dict(effect.params)
    scene.shop.messages[scene.fact.member_id].append(_filled_in(scene.kind.messages[effect.message], params))
    return {"kind": "notify", "message": effect.message, "params": params}


def _is_param(value: object) -> bool:
    if type(value) is int:
        return -JSON_INTEGER_MAX <= value <= JSON_INTEGER_MAX
    return type(value) is str and (value == "" or is_text(value, PARAM_LENGTH_MAX))


def _filled_in(template: Text, params: Mapping[str, str | int]) -> Text:
    try:
        return Text(zh=template.zh.format_map(params), en=template.en.format_map(params))
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        raise InvalidEffect(f"{template} cannot be filled in from {dict(params)}: {error!r}") from error
