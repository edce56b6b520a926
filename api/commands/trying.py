"""What the commands that try out a campaign share: which campaign is meant, and the config to try."""

import json
from pathlib import Path
from uuid import UUID

import click

from schema.ids import CAMPAIGN, decode_uuid
from siyu.campaigns.drafts import DraftChanges, campaigns_named
from siyu.db import Pool

config_option = click.option(
    "--config", type=click.Path(path_type=Path), help="JSON file with the whole config to try."
)


async def find_campaign(pool: Pool, text: str) -> UUID:
    """The campaign of a global id or a name. Raises ClickException unless there is exactly one."""
    campaign_id = decode_uuid(CAMPAIGN, text)
    if campaign_id is not None:
        return campaign_id
    found = await campaigns_named(pool, text)
    if len(found) == 1:
        return found[0]
    problem = "There is no campaign" if not found else f"There are {len(found)} campaigns or more"
    raise click.ClickException(f"{problem} named {text!r}; give the campaign's id.")


def read_changes(config: Path | None) -> DraftChanges:
    """The draft's changes that a file makes. Raises ClickException for what is no JSON."""
    if config is None:
        return DraftChanges()
    if not config.is_file():
        raise click.ClickException(f"There is no file {config}.")
    try:
        return DraftChanges(config=json.loads(config.read_text(encoding="utf-8")))
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"{config} is not JSON: {error}.") from error
