"""`doctor`: what is in order, what is not, and how to mend it."""

import json
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

import asyncpg
import click
from redis.exceptions import RedisError

from api.commands.options import data_option
from api.embedded import Servers
from api.errors import SetupError
from api.identity import open_key_file
from api.migrating import missing_migrations
from api.running import run_with_servers
from api.services import PLUGINS_FOLDER
from api.settings import load_settings
from schema import buildable
from schema.ids import CAMPAIGN, encode_id
from siyu.boards import SET_ASIDE_TOPIC
from siyu.cache import open_redis
from siyu.campaigns import Registry, load_registry
from siyu.campaigns.pending_store import count_overdue
from siyu.campaigns.refused import RefusedCampaign, refused_campaigns
from siyu.campaigns.type_queries import TypeUse, types_in_use
from siyu.clock import utc_now
from siyu.db import CONNECT_TIMEOUT_S, DirectConnection

POSTGRES_VERSION_MIN = 15
CLOCK_SKEW_MAX = timedelta(seconds=5)
SYMBOLS = {True: click.style("✓", fg="green"), False: click.style("✗", fg="red")}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it is in order, what was found and, if it is not, how to mend it."""

    name: str
    ok: bool
    found: str
    mend: str = ""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@data_option
def doctor(as_json: bool, data: Path | None) -> None:
    """Check settings, plugins, database, Redis, clock and what waits or fails; exit code 1 if anything is wrong."""
    findings = _examine(data)
    if as_json:
        click.echo(json.dumps({"findings": [asdict(finding) for finding in findings]}, ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(f"{SYMBOLS[finding.ok]} {finding.name}: {finding.found}")
            if finding.mend:
                click.echo(f"  → {finding.mend}")
    sys.exit(0 if all(finding.ok for finding in findings) else 1)


def _examine(data: Path | None) -> list[Finding]:
    try:
        settings = load_settings(data=data)
        open_key_file(settings)
    except SetupError as error:
        return [Finding("settings", False, str(error), "Set it as docs/settings.md says.")]
    registry = buildable(load_registry(PLUGINS_FOLDER, allowed=settings.allowed_plugins))
    findings = [Finding("settings", True, f"{settings.environment}, shop in {settings.time_zone}"), *_plugins(registry)]

    async def look(servers: Servers) -> list[Finding]:
        return [finding async for finding in _servers(servers, registry)]

    try:
        return [*findings, *run_with_servers(settings, look)]
    except SetupError as error:
        return [*findings, Finding("servers", False, str(error), "Do as it says, then run doctor again.")]


def _plugins(registry: Registry) -> list[Finding]:
    installed = {key: f"{key} ({distribution})" for key, distribution in registry.distributions.items()}
    named = ", ".join(installed.get(key, key) for key in registry.types)
    found = f"{len(registry.types)} campaign types: {named}"
    return [
        Finding("plugins", True, found),
        *(
            Finding(
                f"plugin {broken.name}",
                False,
                broken.problem,
                f"Mend or remove {broken.distribution or 'it'}; the server runs without it.",
            )
            for broken in registry.broken
        ),
    ]


async def _servers(servers: Servers, registry: Registry) -> AsyncIterator[Finding]:
    try:
        connection = await asyncpg.connect(servers.database_url, timeout=CONNECT_TIMEOUT_S)
    except (OSError, asyncpg.PostgresError) as error:
        yield Finding("database", False, f"cannot connect: {error}", "Check SIYU_DATABASE_URL and that it runs.")
    else:
        try:
            async for finding in _database(servers, connection, registry):
                yield finding
        finally:
            await connection.close()
    yield await _redis(servers)


async def _database(servers: Servers, connection: DirectConnection, registry: Registry) -> AsyncIterator[Finding]:
    new_enough = connection.get_server_version().major >= POSTGRES_VERSION_MIN
    mend = "" if new_enough else f"Use PostgreSQL {POSTGRES_VERSION_MIN} or later."
    yield Finding("database", new_enough, f"PostgreSQL {await connection.fetchval('SHOW server_version')}", mend)
    missing = await missing_migrations(servers.database_url)
    found = f"missing: {', '.join(missing)}" if missing else "up to date"
    yield Finding("migrations", not missing, found, "Run `python -m api migrate`." if missing else "")
    if not missing:
        yield await _boards(connection)
        yield await _timers(connection)
        for finding in _types_in_use(await types_in_use(connection), registry):
            yield finding
        for campaign in await refused_campaigns(connection, registry):
            yield _refused(campaign, registry)
    skew = abs(await connection.fetchval("SELECT clock_timestamp()") - utc_now())
    mend = "" if skew <= CLOCK_SKEW_MAX else "Synchronise the clocks of both machines (NTP)."
    yield Finding("clock", skew <= CLOCK_SKEW_MAX, f"{skew.total_seconds():.3f} s from the database's", mend)


def _types_in_use(uses: Mapping[str, TypeUse], registry: Registry) -> Iterator[Finding]:
    """Campaign types that campaigns need and no plugin brings, and those whose campaigns siyu had to pause."""
    for key, use in uses.items():
        if key not in registry.types:
            found = f"{use.campaigns} campaigns are of it, and no plugin that is loaded brings it"
            mend = "Install the plugin again; until then these campaigns decide nothing."
            yield Finding(f"campaign type {key}", False, found, mend)
        elif use.problem:
            mend = "Mend the plugin, then campaignResume."
            yield Finding(f"campaign type {key}", False, use.problem, mend)


def _refused(campaign: RefusedCampaign, registry: Registry) -> Finding:
    """A published campaign whose type, in another version, wants another config."""
    version = registry.types[campaign.type_key].version
    found = f"{campaign.type_key} {version} refuses what is stored of it: {campaign.problem}"
    mend = "Give it a config by campaignUpdate, or install the version that took it; until then it decides nothing."
    return Finding(f"campaign {campaign.name} ({encode_id(CAMPAIGN, campaign.id)})", False, found, mend)


async def _boards(connection: DirectConnection) -> Finding:
    """Whether changes of scores had to be set aside: the boards then differ from the ledger."""
    count = await connection.fetchval("SELECT count(*) FROM outbox WHERE topic = $1", SET_ASIDE_TOPIC)
    if not count:
        return Finding("boards", True, "every change of scores can be folded")
    mend = "Run `python -m api ledger verify` to see whose, and report this: it is a defect of siyu."
    return Finding("boards", False, f"{count} messages of score changes were set aside", mend)


async def _timers(connection: DirectConnection) -> Finding:
    """Whether facts that campaigns asked for wait long after they were due."""
    count = await count_overdue(connection, utc_now())
    if not count:
        return Finding("timers", True, "no timer waits for more than an hour")
    mend = "Run a worker (`python -m api worker`), and mend the plugins and configs named above or by `campaignTypes`."
    return Finding("timers", False, f"{count} timers and emitted facts have been due for more than an hour", mend)


async def _redis(servers: Servers) -> Finding:
    async with open_redis(servers.redis_url) as client:
        try:
            version = (await client.info("server"))["redis_version"]
        except (RedisError, OSError) as error:
            mend = "Check SIYU_REDIS_URL and that it runs; until then boards are read from PostgreSQL."
            return Finding("redis", False, f"cannot connect: {error}", mend)
    return Finding("redis", True, f"version {version}")
