"""The effects that give what is no value, and tell of it: `Issue`, `Revoke` and `Notify`."""

from collections.abc import Iterator, Mapping

from siyu.sdk.shop_effects import Issue, Notify, Revoke
from siyu.sdk.testing.bounds import listed, shown, wrong_code, wrong_key, wrong_text, wrong_values
from siyu.sdk.testing.limits import KEY_LENGTH_MAX, PARAM_LENGTH_MAX, PARAMS_MAX
from siyu.sdk.testing.scene import InvalidEffect, Logged, Refusal, Scene
from siyu.sdk.text import Text


def issue_problems(scene: Scene, effect: Issue) -> Iterator[str]:
    """A name, a key and a declared code."""
    yield from wrong_text("reward", effect.reward, KEY_LENGTH_MAX)
    yield from wrong_key(effect.key)
    yield from wrong_code(scene, effect.code)


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


def revoke_problems(_: Scene, effect: Revoke) -> Iterator[str]:
    """A key."""
    yield from wrong_key(effect.key)


def revoke(scene: Scene, effect: Revoke) -> Logged:
    """Take the reward back, if there is one; its key stays used."""
    scene.shop.rewards.pop((scene.fact.member_id, effect.key), None)
    return {"kind": "revoke", "key": effect.key}


def notify_problems(scene: Scene, effect: Notify) -> Iterator[str]:
    """A declared message, and few and short params that it has words with. Raises InvalidEffect where it has none."""
    template, params = scene.kind.messages.get(effect.message), dict(effect.params)
    if template is None:
        yield f"the type has no message {shown(effect.message)}; it has: {listed(scene.kind.messages)}"
        return
    yield from wrong_values("param", params, PARAMS_MAX, PARAM_LENGTH_MAX)
    words = _filled_in(template, params)
    if not (words.zh and words.en):
        yield f"the message {effect.message!r} has no words with {shown(params)}"


def notify(scene: Scene, effect: Notify) -> Logged:
    """Leave the member the words, in both languages."""
    params = dict(effect.params)
    scene.shop.messages[scene.fact.member_id].append(_filled_in(scene.kind.messages[effect.message], params))
    return {"kind": "notify", "message": effect.message, "params": params}


def _filled_in(template: Text, params: Mapping[str, str | int]) -> Text:
    try:
        return Text(zh=template.zh.format_map(params), en=template.en.format_map(params))
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        raise InvalidEffect(f"{template} cannot be filled in from {dict(params)}: {error!r}") from error
