"""`python -m benchmarks NAME`: run one benchmark; `--json` prints one JSON object whose `ratio` is the headline."""

import json

import click

import benchmarks.engine as engine_benchmark
import benchmarks.executor as executor_benchmark
import benchmarks.expiry as expiry_benchmark
import benchmarks.flash_sale as flash_sale_benchmark
import benchmarks.graphql_http as graphql_benchmark
import benchmarks.ledger as ledger_benchmark
import benchmarks.live as live_benchmark
import benchmarks.metrics as metrics_benchmark
import benchmarks.rules as rules_benchmark


@click.group()
def benchmarks() -> None:
    """Measure siyu against something else, in one run on one machine."""


def _print(result: dict[str, object], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
        return
    for name, value in result.items():
        click.echo(f"{name}: {json.dumps(value, ensure_ascii=False, indent=2)}")


@benchmarks.command("engine")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--rounds", default=5, show_default=True, help="Rounds of each side, in turn; medians are printed.")
@click.option("--facts", default=16_384, show_default=True, help="Check-ins of the engine a round.")
def engine_command(as_json: bool, rounds: int, facts: int) -> None:
    """Check-ins through `submit` against the same rows written by hand, one transaction a call."""
    _print(engine_benchmark.run(rounds, facts), as_json)


@benchmarks.command("flash_sale")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--rounds", default=3, show_default=True, help="Rounds of each side, in turn; medians are printed.")
@click.option("--members", default=20_000, show_default=True, help="Who claims; one in 20 gets a unit.")
def flash_sale_command(as_json: bool, rounds: int, members: int) -> None:
    """Claims of one item, over HTTP and through `submit`, against one transaction a claim by hand, on one hot row."""
    _print(flash_sale_benchmark.run(rounds, members), as_json)


@benchmarks.command("executor")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--rounds", default=5, show_default=True, help="Rounds of each side, in turn; medians are printed.")
def executor_command(as_json: bool, rounds: int) -> None:
    """A page of 50 members by a compiled plan against graphql-core: CPU in one process, from memory."""
    _print(executor_benchmark.run(rounds), as_json)


@benchmarks.command("live")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--rounds", default=7, show_default=True, help="Rounds of each side, in turn; medians are printed.")
def live_command(as_json: bool, rounds: int) -> None:
    """A board's top 100 with the caller's rank, and a poll of it, against the Redis round trip alone: CPU."""
    _print(live_benchmark.run(rounds), as_json)


@benchmarks.command("graphql")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--rounds", default=5, show_default=True, help="Rounds of each server, in turn; medians are printed.")
def graphql_command(as_json: bool, rounds: int) -> None:
    """A page of 50 members over HTTP by siyu, by hand and by other servers for GraphQL; needs Node with npm."""
    _print(graphql_benchmark.run(rounds), as_json)


@benchmarks.command("ledger")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--rounds", default=5, show_default=True, help="Rounds of each side, in turn; medians are printed.")
@click.option("--spends", default=20_000, show_default=True, help="Spends of the engine a round.")
def ledger_command(as_json: bool, rounds: int, spends: int) -> None:
    """Points spends through `submit` against one transaction a spend by hand: on 10,000 accounts, and on one."""
    _print(ledger_benchmark.run(rounds, spends), as_json)


@benchmarks.command("expiry")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--rounds", default=3, show_default=True, help="Shops, one after the other; medians are printed.")
@click.option("--lots", default=1_000_000, show_default=True, help="Lots of a shop; a tenth of them is due.")
def expiry_command(as_json: bool, rounds: int, lots: int) -> None:
    """The expiry of lots by one worker, and the p99 of members who spend meanwhile against their p99 before."""
    _print(expiry_benchmark.run(lots, rounds), as_json)


@benchmarks.command("rules")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--rounds", default=5, show_default=True, help="Rounds of each side, in turn; medians are printed.")
@click.option("--members", default=1_000_000, show_default=True, help="Members of the shop whose segments are counted.")
def rules_command(as_json: bool, rounds: int, members: int) -> None:
    """A rule asked of members in memory against the same by hand, and segments counted in PostgreSQL."""
    _print(rules_benchmark.run(rounds, members), as_json)


@benchmarks.command("analytics")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--rounds", default=3, show_default=True, help="Rounds of each question; medians are printed.")
@click.option("--facts", default=5_000_000, show_default=True, help="Facts of the shop.")
@click.option("--members", default=500_000, show_default=True, help="Members of the shop.")
def analytics_command(as_json: bool, rounds: int, facts: int, members: int) -> None:
    """RFM, retention and a funnel on PostgreSQL against DuckDB; facts through the engine against COPY."""
    import benchmarks.analytics as analytics_benchmark  # noqa: PLC0415 - DuckDB and Ibis take a second, for this alone

    _print(analytics_benchmark.run(rounds, facts, members), as_json)


@benchmarks.command("metrics")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--rounds", default=3, show_default=True, help="Rounds of each figure; medians are printed.")
@click.option("--member-days", default=1_000_000, show_default=True, help="Days on which members did something.")
@click.option("--members", default=50_000, show_default=True, help="Members of the shop.")
def metrics_command(as_json: bool, rounds: int, member_days: int, members: int) -> None:
    """Figures of a month and the one before it, of the shop and by each cut, against reading all rows once."""
    _print(metrics_benchmark.run(rounds, member_days, members), as_json)


if __name__ == "__main__":
    benchmarks()
