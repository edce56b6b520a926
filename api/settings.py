"""The settings: read once from `SIYU_*` variables or a `.env` and validated; nothing else reads the environment."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.errors import SetupError
from siyu.db import Deadlines

PREFIX = "SIYU_"


class SettingsError(SetupError):
    """A setting is missing or wrong; the text names each one."""


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("no such time zone; write one such as Asia/Shanghai") from error
    return name


def _one_of(*schemes: str) -> AfterValidator:
    def check(url: str) -> str:
        if url.split("://", maxsplit=1)[0] not in schemes:
            raise ValueError(f"must start with one of {', '.join(f'{scheme}://' for scheme in schemes)}")
        try:
            _ = urlsplit(url).port
        except ValueError as error:
            raise ValueError("has a port that is no number from 0 to 65535") from error
        return url

    return AfterValidator(check)


def _with_folder(url: str) -> str:
    parts = urlsplit(url)
    if parts.netloc or len(parts.path) < len("/x"):
        raise ValueError("must name a folder from the root on, such as duckdb:///var/lib/siyu/snapshots")
    return url


def _plugin_names(text: str) -> str:
    if text and not all(name.strip() for name in text.split(",")):
        raise ValueError("must be names with commas between, such as plugins.check_in,lottery")
    return text


def _names(text: str) -> str:
    if text and not all(name.strip() for name in text.split(",")):
        raise ValueError("must be names with commas between")
    return text


def _origins(text: str) -> str:
    for origin in _listed(text):
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or not parts.netloc or origin != f"{parts.scheme}://{parts.netloc}":
            raise ValueError("must be origins such as https://shop.example, with commas between; * is none")
    return text


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",")) if text else ()


class Settings(BaseSettings):
    """Every setting of siyu; `docs/settings.md` lists them, and a test holds the two together."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", frozen=True, extra="ignore")

    data: Path = Field(default=Path(".siyu"), description="Folder of the embedded servers and of the keys.")
    database_url: Annotated[str, _one_of("postgresql", "postgres")] | None = Field(
        default=None, description="A PostgreSQL (15 or later) to use instead of the embedded one."
    )
    redis_url: Annotated[str, _one_of("redis", "rediss", "unix", "redis+cluster")] | None = Field(
        default=None, description="A Redis (7 or later) or Valkey to use instead of the embedded one."
    )
    analytics_url: Annotated[str, _one_of("duckdb", "spark"), AfterValidator(_with_folder)] | None = Field(
        default=None,
        description="Snapshots to ask instead of the database: `duckdb:///FOLDER`, `spark:///FOLDER?master=local[*]`.",
    )
    environment: Literal["development", "production"] = Field(
        default="development",
        description="In production there is no explorer, and strangers are told nothing of the schema.",
    )
    host: str = Field(default="127.0.0.1", description="Address the server listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port the server listens on; 0 takes a free one.")
    time_zone: Annotated[str, AfterValidator(_known_zone)] = Field(
        default="Asia/Shanghai", description="The shop's time zone: it decides days, weeks and months."
    )
    token_key_file: Path | None = Field(
        default=None, description="Ed25519 private key (PEM) that signs tokens; by default made in the data folder."
    )
    personal_keys_file: Path | None = Field(
        default=None, description="Keys that encrypt and index personal data; by default made in the data folder."
    )
    token_issuer: str = Field(default="siyu", min_length=1, description="`iss` of tokens.")
    token_audience: str = Field(default="siyu", min_length=1, description="`aud` of tokens.")
    database_pool_max: int = Field(default=10, ge=4, le=100, description="Most database connections of a process.")
    batch_facts_max: int = Field(default=256, ge=1, le=512, description="Most facts decided in one transaction.")
    batch_delay_ms: float = Field(default=2.0, ge=0, le=100, description="Longest wait of a fact for others.")
    batches_in_flight_max: int = Field(default=3, ge=1, le=16, description="Most transactions of facts at once.")
    queue_facts_max: int = Field(default=10_000, ge=1, description="Most facts waiting; a further one is told BUSY.")
    plugins: Annotated[str, AfterValidator(_plugin_names)] | None = Field(
        default=None, description="Names of the only plugins to load, with commas between; empty: all there are."
    )
    body_bytes_max: int = Field(default=131_072, ge=1_024, description="Largest request body.")
    request_timeout_s: float = Field(
        default=5.0, gt=0, le=9, description="Longest time for a request, from its first byte to the answer."
    )
    statement_timeout_s: float = Field(
        default=3.0, gt=0, le=30, description="Longest time for a statement of the server's in PostgreSQL."
    )
    lock_timeout_s: float = Field(
        default=2.0, gt=0, le=30, description="Longest wait of such a statement for a lock of somebody else."
    )
    rate_points: int = Field(
        default=1_000, ge=1_000, description="Points that a caller may spend at once; an answer tells its cost."
    )
    rate_points_per_s: float = Field(default=50.0, gt=0, description="Points that a caller gets back each second.")
    rate_staff_factor: int = Field(
        default=100, ge=1, description="Operators and services have so many times as many points."
    )
    cors_origins: Annotated[str, AfterValidator(_origins)] | None = Field(
        default=None, description="Origins of web pages that may call, with commas between; empty: none."
    )
    trusted_documents: Path | None = Field(
        default=None, description="Folder of manifests (JSON) of trusted documents, one a release of a front end."
    )
    documents: Literal["any", "trusted"] = Field(
        default="any", description="With `trusted`, nothing but trusted documents is run."
    )
    free_documents: Annotated[str, AfterValidator(_names)] | None = Field(
        default=None,
        description="Names on tokens, with commas between, that may send any document; API keys need a scope.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="What the log of a server or worker begins with; `info` has a line a request."
    )
    log_format: Literal["json", "text"] | None = Field(
        default=None, description="Lines of JSON without personal data, or text; by default JSON in production."
    )
    slow_operation_ms: int = Field(
        default=500, ge=0, description="An operation that takes longer is told in the log, with its plan."
    )
    metrics_host: str = Field(default="127.0.0.1", description="Address that `/metrics` is served on.")
    metrics_port: int | None = Field(
        default=None, ge=0, le=65535, description="Port of `/metrics`, each process its own; 0 takes a free one."
    )
    otel: bool = Field(default=False, description="Send traces by OpenTelemetry; its `OTEL_…` variables say where.")
    fail_point: str | None = Field(
        default=None, description="For tests: the process kills itself at this named point (`engine.committed`)."
    )

    @model_validator(mode="after")
    def connections_suffice(self) -> Self:
        """A batch in flight holds a connection; queries need some beside them."""
        if self.database_pool_max <= self.batches_in_flight_max:
            raise ValueError("SIYU_DATABASE_POOL_MAX must be greater than SIYU_BATCHES_IN_FLIGHT_MAX")
        return self

    @model_validator(mode="after")
    def trusted_documents_are_there(self) -> Self:
        """Nobody could ask anything."""
        if self.documents == "trusted" and self.trusted_documents is None:
            raise ValueError("SIYU_DOCUMENTS=trusted needs SIYU_TRUSTED_DOCUMENTS")
        return self

    @property
    def deadlines(self) -> Deadlines:
        """What the database ends of what requests wait for."""
        return Deadlines(self.statement_timeout_s, self.lock_timeout_s, self.request_timeout_s)

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """The origins that web pages may call from."""
        return _listed(self.cors_origins)

    @property
    def free_document_names(self) -> frozenset[str]:
        """Whose documents need not be trusted."""
        return frozenset(_listed(self.free_documents))

    @property
    def logs_json(self) -> bool:
        """Whether the log is lines of JSON."""
        return (self.log_format or ("json" if self.environment == "production" else "text")) == "json"

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def allowed_plugins(self) -> frozenset[str] | None:
        """The only plugins to load; None: all."""
        return frozenset(_listed(self.plugins)) if self.plugins else None


def load_settings(**overrides: object) -> Settings:
    """Read the settings; `overrides` that are not None win. Raises SettingsError naming every wrong one."""
    # Any: the model checks the values.
    given: dict[str, Any] = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsError("; ".join(_sentence(problem) for problem in error.errors())) from error


def _sentence(problem: ErrorDetails) -> str:
    """What is wrong, after the variable's name where it is one variable."""
    text = problem["msg"].removeprefix("Value error, ")
    name = "_".join(str(part) for part in problem["loc"])
    return f"{PREFIX}{name.upper()}: {text}" if name else text
