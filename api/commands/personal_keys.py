"""What `keys` does with the keys of personal data."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

import click

from api.auditing import Change
from api.errors import SetupError
from api.identity import PersonalKeyFile, open_personal_keys
from api.identity.ring_file import LOOK_AGAIN_S
from api.progress import showing_progress
from api.running import run_with_pool
from api.settings import Settings
from siyu.clock import utc_now
from siyu.db import Pool
from siyu.privacy import PersonalKeys, Purpose, Unreadable
from siyu.privacy.rotation import move_to_present, rows_by_key, seal_what_is_in_clear

# Every process knows a key before anybody indexes with it; else one number could become two members.
INDEX_BEGINS_IN = timedelta(seconds=4 * LOOK_AGAIN_S)
# So long a process may still write with a key that was the present one: to its next look, and to the end of its
# transaction.
DROPPED_AFTER = timedelta(seconds=60)
TITLES = {Purpose.CIPHER: "encrypting anew", Purpose.INDEX: "indexing anew"}


def personal_rows(settings: Settings, now: datetime) -> list[dict[str, str | None]]:
    """The keys, each as it is shown."""
    keys = open_personal_keys(settings).ring()
    return [
        {
            "id": key.id,
            "purpose": key.purpose.value,
            "state": _state(keys, key.id, key.purpose, key.begins_at, now),
            "beginsAt": key.begins_at.isoformat(timespec="seconds"),
        }
        for key in keys.keys
    ]


def rotated(settings: Settings, purpose: Purpose, wait: timedelta, *, quietly: bool) -> dict[str, object]:
    """Begin with another key, unless rows of older ones are left, and move all rows to the present one."""
    file = open_personal_keys(settings)

    async def main(pool: Pool) -> dict[str, object]:
        return await _rotate(pool, file, purpose, wait)

    try:
        told = run_with_pool(settings, main, Change("keys rotate", {"kind": purpose.value}))
    except (Unreadable, TimeoutError) as error:
        raise SetupError(f"The rotation is not done: {error}.") from error
    if not quietly:
        click.echo(_sentence(told, file, purpose))
    return told


def dropped(settings: Settings, purpose: Purpose) -> tuple[list[str], dict[str, int]]:
    """Take out of the file what nothing needs: the names, and which older keys are needed by how many rows."""

    async def main(pool: Pool) -> tuple[list[str], dict[str, int]]:
        return _drop(open_personal_keys(settings), purpose, await rows_by_key(pool, purpose), utc_now())

    return run_with_pool(settings, main, Change("keys drop", {"kind": purpose.value}))


def _drop(
    file: PersonalKeyFile, purpose: Purpose, needed: Mapping[str, int], now: datetime
) -> tuple[list[str], dict[str, int]]:
    keys = file.ring(at_once=True)
    present = keys.present(purpose, now)
    old = [key for key in keys.of(purpose) if key.begins_at < present.begins_at]
    is_settled = now - present.begins_at >= DROPPED_AFTER
    gone = [key.id for key in old if is_settled and key.id not in needed]
    file.drop(set(gone))
    return gone, {key.id: needed.get(key.id, 0) for key in old if key.id not in gone}


async def _rotate(pool: Pool, file: PersonalKeyFile, purpose: Purpose, wait: timedelta) -> dict[str, object]:
    in_clear = await seal_what_is_in_clear(pool, file.vault())
    now, keys = utc_now(), file.ring(at_once=True)
    present = keys.present(purpose, now).id
    is_unfinished = any(key != present for key in await rows_by_key(pool, purpose))
    new = None
    if not is_unfinished:
        least = INDEX_BEGINS_IN if purpose is Purpose.INDEX else timedelta()
        new = file.add(purpose, now + max(wait, least))
        if not wait and least:
            await asyncio.sleep(least.total_seconds())
    with showing_progress(TITLES[purpose]) as report:
        moved = await move_to_present(pool, file.vault(), purpose, lambda done, total: report(done, total, done))
    key = file.ring(at_once=True).present(purpose, utc_now())
    begins = new.begins_at.isoformat(timespec="seconds") if new else None
    told: dict[str, object] = {"present": key.id, "new": new.id if new else None, "begins": begins, "rows": moved}
    return told | {"inClear": in_clear}


def _sentence(told: dict[str, object], file: PersonalKeyFile, purpose: Purpose) -> str:
    lines = [
        f"{told['present']} in {file.path} is the present {purpose.value} key; {told['rows']} rows were moved to it."
    ]
    if told["new"] is None:
        lines.append("An earlier rotation was brought to its end; run it again for another key.")
    elif told["new"] != told["present"]:
        lines.append(f"{told['new']} begins {told['begins']}; run it again after that.")
    if told["inClear"]:
        lines.append(
            f"{told['inClear']} identities of the kind phone are no numbers, or twice there: mend them by hand."
        )
    return "\n".join(lines)


def _state(keys: PersonalKeys, key_id: str, purpose: Purpose, begins_at: datetime, now: datetime) -> str:
    if key_id == keys.present(purpose, now).id:
        return "present"
    return "next" if begins_at > now else "old"
