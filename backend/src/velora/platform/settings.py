"""Everything that can be set, from the environment or an `.env` file; an engine whose address is not set is embedded."""

import re
import secrets
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from velora.platform.search.address import OpenSearchAddress


class BadSettings(Exception):
    """The settings cannot be used; the message names each one and says what it should look like."""


class Settings(BaseSettings):
    """`VELORA_…` variables. Secrets are never printed."""

    model_config = SettingsConfigDict(env_prefix="VELORA_", env_file=".env", extra="ignore", frozen=True)

    home: Path = Path(".velora")
    database_url: SecretStr = SecretStr("")
    # The database as the user with the sealer role sees it, where the application's user has only the app role.
    sealer_database_url: SecretStr = SecretStr("")
    # The same as the user with the retention role sees it: only velora archive drop uses it.
    retention_database_url: SecretStr = SecretStr("")
    redis_url: SecretStr = SecretStr("")
    opensearch_url: SecretStr = SecretStr("")
    kafka_url: SecretStr = SecretStr("")
    # Where the ledger's seals are kept a second time: what reads and writes there is in the variables of the store's own tools.
    anchor_url: str = ""
    # Where sellers' files are kept: reached as the anchors are.
    files_url: str = ""
    mail_url: SecretStr = SecretStr("")
    gateway: Literal["sandbox", "stripe"] = "sandbox"
    stripe_secret_key: SecretStr = SecretStr("")
    stripe_webhook_secret: SecretStr = SecretStr("")
    # Not a secret: every browser that pays is given it.
    stripe_publishable_key: str = ""
    # Another address only for a double of Stripe.
    stripe_api_base: str = "https://api.stripe.com"
    public_url: str = "http://localhost:8000"
    secret_key: SecretStr = SecretStr("")
    # Where probes and metrics of this process are answered, apart from what the balancer reaches: host:port. Nowhere when empty.
    operations_address: str = ""
    # For how long a process that was told to end says so to whoever shares out requests, before it takes no more.
    drain_seconds: float | None = Field(default=None, ge=0, le=600)
    demo: bool = False
    log: Literal["short", "json"] = "short"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    # Which requests have a line in the log: those that failed by our own fault, all, or none.
    access_log: Literal["off", "failures", "all"] = "failures"
    # What every account of the demo world has, shown on the sign-in page in demo mode.
    demo_password: str = "seven green lamps"  # noqa: S105 -- meant to be read by everyone
    # What argon2id spends on one password (OWASP's second choice): less only for tests and demo data.
    password_rounds: int = Field(default=2, ge=1, le=20)
    password_memory_kib: int = Field(default=19 * 1024, ge=8, le=1024 * 1024)
    # What the sandbox gateway charges the operator, so that fees can be seen in the ledger.
    sandbox_fee_bps: int = 290
    sandbox_fee_fixed_minor: int = 30
    # Money that matches nothing, in minor units of whatever currency: from how much on a second person must agree to what becomes of
    # it, and up to how much finance may write off.
    suspense_second_person_from_minor: int = Field(default=100_00, ge=0)
    suspense_write_off_up_to_minor: int = Field(default=5_00, ge=0)
    # From how much on a second person must agree to goodwill that a buyer is given as store credit, in minor units likewise.
    credit_second_person_from_minor: int = Field(default=50_00, ge=0)
    # From how much on a second person must agree to what a buyer may owe on invoices, and to giving up what never came, likewise.
    awaited_second_person_from_minor: int = Field(default=1_000_00, ge=0)
    # From how much that was changed into another currency on, in minor units of whatever currency, a second person must agree.
    fx_second_person_from_minor: int = Field(default=1_000_00, ge=0)
    # How much one network address may ask for in a minute, the busiest routes of an order apart, and how many pictures a seller may send
    # in an hour; 0 is no limit.
    requests_per_minute: int = Field(default=6_000, ge=0)
    searches_per_minute: int = Field(default=1_200, ge=0)
    uploads_per_hour: int = Field(default=600, ge=0)
    # Whether webhooks may be sent to this machine: in development alone, for a receiver beside us.
    webhooks_to_loopback: bool = False

    @field_validator("database_url", "sealer_database_url", "retention_database_url")
    @classmethod
    def _database(cls, value: SecretStr) -> SecretStr:
        return _address(value, ("sqlite:///", "mysql://"), "sqlite:///folder/velora.db or mysql://user:password@host:3306/velora")

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: SecretStr) -> SecretStr:
        return _address(value, ("redis://", "rediss://"), "redis://host:6379/0")

    @field_validator("mail_url")
    @classmethod
    def _mail(cls, value: SecretStr) -> SecretStr:
        return _address(value, ("smtp://", "smtps://"), "smtp://user:password@host:587?from=shop@example.com")

    @field_validator("anchor_url", "files_url")
    @classmethod
    def _buckets(cls, value: str) -> str:
        if value and not re.fullmatch(r"file:///.+|(s3|gs|az|azure|abfss?)://[^@]+", value):
            raise ValueError("should look like s3://bucket/prefix, gs://bucket/prefix, az://container/prefix or file:///folder")
        return value

    @field_validator("opensearch_url")
    @classmethod
    def _opensearch(cls, value: SecretStr) -> SecretStr:
        if url := value.get_secret_value():
            OpenSearchAddress.from_url(url)
        return value

    @field_validator("kafka_url")
    @classmethod
    def _kafka(cls, value: SecretStr) -> SecretStr:
        shape = r"kafkas?://([^@/]+:[^@/]+@)?[^@/?,]+(,[^@/?,]+)*(/[\w.-]*)?(\?((partitions|replication)=\d+&?)+)?"
        if value.get_secret_value() and not re.fullmatch(shape, value.get_secret_value()):
            raise ValueError("should look like kafka://host:9092,host:9092 or kafkas://user:password@host:9096/velora?partitions=12")
        return value

    @field_validator("public_url")
    @classmethod
    def _public(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("should look like https://market.example.com")
        return value.rstrip("/")

    @field_validator("operations_address")
    @classmethod
    def _operations(cls, value: str) -> str:
        if value and not re.fullmatch(r"(\[[0-9a-fA-F:]+\]|[^:/@\s]+):\d{1,5}", value):
            raise ValueError("should look like 127.0.0.1:9464, or 0.0.0.0:9464 where only those who run Velora reach that port")
        return value

    @field_validator("stripe_secret_key")
    @classmethod
    def _stripe_key(cls, value: SecretStr) -> SecretStr:
        return _address(value, ("sk_test_", "sk_live_", "rk_test_", "rk_live_"), "sk_live_… or rk_live_…, not the publishable pk_…")

    @field_validator("stripe_webhook_secret")
    @classmethod
    def _stripe_webhooks(cls, value: SecretStr) -> SecretStr:
        return _address(value, ("whsec_",), "whsec_…, which Stripe shows beside the webhook endpoint")

    @field_validator("stripe_publishable_key")
    @classmethod
    def _stripe_publishable(cls, value: str) -> str:
        if value and not value.startswith(("pk_test_", "pk_live_")):
            raise ValueError("should look like pk_live_…, which any browser may see, not a secret key")
        return value

    @field_validator("stripe_api_base")
    @classmethod
    def _stripe_address(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("should look like https://api.stripe.com")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _stripe_needs_its_keys(self) -> Self:
        given = {
            "VELORA_STRIPE_SECRET_KEY": self.stripe_secret_key.get_secret_value(),
            "VELORA_STRIPE_PUBLISHABLE_KEY": self.stripe_publishable_key,
            "VELORA_STRIPE_WEBHOOK_SECRET": self.stripe_webhook_secret.get_secret_value(),
        }
        if self.gateway == "stripe" and (missing := [name for name, value in given.items() if not value]):
            raise ValueError(
                f"VELORA_GATEWAY=stripe needs {' and '.join(missing)} as well: they are in Stripe's dashboard, under Developers. "
                "Or leave VELORA_GATEWAY out to use the sandbox."
            )
        return self

    @model_validator(mode="after")
    def _served_in_public_needs_a_key(self) -> Self:
        if self.public_url.startswith("https://") and len(self.secret_key.get_secret_value()) < 32:
            raise ValueError(
                "VELORA_SECRET_KEY must have at least 32 random letters before serving in public. Make one: openssl rand -hex 32"
            )
        return self

    @model_validator(mode="after")
    def _loopback_is_for_development(self) -> Self:
        if self.webhooks_to_loopback and not self.is_development:
            raise ValueError(
                "VELORA_WEBHOOKS_TO_LOOPBACK is for development, where VELORA_PUBLIC_URL begins with http://localhost: elsewhere it would "
                "let strangers reach what runs beside us. Leave it out."
            )
        return self

    @property
    def is_development(self) -> bool:
        """Whether this runs on somebody's own machine, where nothing is reached by others."""
        return urlsplit(self.public_url).scheme == "http" and urlsplit(self.public_url).hostname == "localhost"

    @property
    def drains_for(self) -> float:
        """Seconds. Nobody shares out requests to somebody's own machine, so that one need not wait."""
        if self.drain_seconds is None:
            return 0.0 if self.is_development else 5.0
        return self.drain_seconds

    @property
    def database_address(self) -> str:
        return self.database_url.get_secret_value() or f"sqlite:///{self.home}/velora.db"

    @property
    def charges_for_real(self) -> bool:
        """Whether money moves: not at the sandbox, and not with a key of Stripe's test mode."""
        return self.gateway == "stripe" and "_live_" in self.stripe_secret_key.get_secret_value()

    @property
    def secure_cookies(self) -> bool:
        return self.public_url.startswith("https://")


def read_settings() -> Settings:
    """The settings of this process. Raises BadSettings with the name of each wrong one."""
    try:
        return Settings()
    except ValidationError as error:
        problems = [
            f"VELORA_{'_'.join(str(part) for part in problem['loc']).upper()} {problem['msg'].removeprefix('Value error, ')}"
            if problem["loc"]
            else problem["msg"].removeprefix("Value error, ")
            for problem in error.errors(include_input=False)
        ]
        raise BadSettings("\n".join(problems)) from None


def secret_key(settings: Settings) -> bytes:
    """The key that signs what browsers carry: from the settings, or made once and kept in the home folder."""
    if given := settings.secret_key.get_secret_value():
        return given.encode()
    file = settings.home / "secret.key"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(secrets.token_hex(32))
        file.chmod(0o600)
    return file.read_text().strip().encode()


def _address(value: SecretStr, schemes: tuple[str, ...], example: str) -> SecretStr:
    text = value.get_secret_value()
    if text and not text.startswith(schemes):
        raise ValueError(f"should look like {example}")
    return value
