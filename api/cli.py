"""`python -m api`: the commands, each in a module of api/commands/ that is loaded when somebody asks for it."""

from importlib import import_module
from keyword import iskeyword
from typing import cast

import click

# Each command's name with the first sentence of its help: a list of them needs none of their modules.
COMMANDS = {
    "serve": "Serve GraphQL at /graphql until Ctrl-C.",
    "worker": "Run the background work (boards, timers, tiers, coupons, …) until Ctrl-C; "
    "any number of workers may run.",
    "members": "Hand out what is held about members.",
    "migrate": "Apply the migrations that the database lacks; safe to run from several processes at once.",
    "import": "Import CSV files (UTF-8, or GB18030 from Excel).",
    "token": "Print a token, signed with this deployment's key, for development; "
    "in production it is valid for 15 minutes.",
    "session": "Sign people in, and end what they are signed in by.",
    "api-key": "Make, list and revoke the API keys of services.",
    "keys": "Look after the keys that sign tokens, and those of personal data; no server has to be started again.",
    "schema": "Print the GraphQL schema with the types of every usable plugin.",
    "doctor": "Check settings, plugins, database, Redis, clock and what waits or fails; "
    "exit code 1 if anything is wrong.",
    "audit": "Look into the log of what staff and commands changed, and check that nobody changed the log.",
    "boards": "Look after the leaderboards.",
    "coupons": "Look after coupons.",
    "groups": "Look after groups.",
    "ledger": "The ledger of points.",
    "metrics": "Look after the metrics.",
    "new-campaign": "Write a campaign type called KEY (snake_case) to start from, with tests that pass.",
    "replay": "Decide past facts again and list what would have been different.",
    "simulate": "Let a synthetic crowd play a campaign in memory, and print what it costs, who wins "
    "and how the value is spread.",
    "demo": "Fill an empty shop with the orders of CDNOW, then serve it; prints tokens and documents to paste.",
    "tiers": "Look after the ladder of tiers.",
    "segments": "Look after segments.",
    "analytics": "Ask about all members at once: the database, or the snapshot that SIYU_ANALYTICS_URL names.",
    "snapshot": "Write members, orders and facts of this moment as Parquet files, for SIYU_ANALYTICS_URL and "
    "other readers.",
}


class CommandsByModule(click.Group):
    """A group whose commands are names with a sentence of help, until one is asked for."""

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command itself, from the module of its name."""
        return _loaded(name) if super().get_command(context, name) else None

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """List the names with their sentences, in click's own form."""
        click.Group(commands=self.commands).format_commands(context, formatter)


def _loaded(name: str) -> click.Command:
    """`new-campaign` is `new_campaign` of its module; a name that Python keeps for itself has a _ behind it."""
    attribute = name.replace("-", "_")
    attribute += "_" if iskeyword(attribute) else ""
    return cast("click.Command", getattr(import_module(f"api.commands.{attribute}"), attribute))


@click.group(
    cls=CommandsByModule,
    commands={name: click.Command(name, help=sentence) for name, sentence in COMMANDS.items()},
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
def cli() -> None:
    """siyu (私域): members, campaigns, points and leaderboards over GraphQL.

    Settings come from SIYU_* variables or a .env file; docs/settings.md lists them.
    """
