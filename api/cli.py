"""`python -m api`: the commands."""

import click

from api.commands.api_key import api_key
from api.commands.boards import boards
from api.commands.coupons import coupons
from api.commands.demo import demo
from api.commands.doctor import doctor
from api.commands.import_ import import_
from api.commands.keys import keys
from api.commands.ledger import ledger
from api.commands.migrate import migrate
from api.commands.new_campaign import new_campaign
from api.commands.replay import replay
from api.commands.schema import schema
from api.commands.serve import serve
from api.commands.session import session
from api.commands.simulate import simulate
from api.commands.tiers import tiers
from api.commands.token import token
from api.commands.worker import worker

COMMANDS = (
    serve,
    worker,
    migrate,
    import_,
    token,
    session,
    api_key,
    keys,
    schema,
    doctor,
    boards,
    coupons,
    ledger,
    new_campaign,
    replay,
    simulate,
    demo,
    tiers,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def cli() -> None:
    """siyu (私域): members, campaigns, points and leaderboards over GraphQL.

    Settings come from SIYU_* variables or a .env file; docs/settings.md lists them.
    """


for command in COMMANDS:
    cli.add_command(command)
