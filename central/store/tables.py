"""The tables, for SQLite and PostgreSQL alike. Instants are whole microseconds since 1970 UTC, cells whole seconds.

Whoever changes them adds a step to `migrations.py`.
"""

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, Text
from sqlalchemy import UniqueConstraint as Unique

from central.store.families import FAMILIES, Family

metadata = MetaData()

schema = Table("schema_version", metadata, Column("version", Integer, primary_key=True))

sites = Table(
    "sites",
    metadata,
    Column("site", Integer, primary_key=True),
    Column("tenant", String, nullable=False),
    Column("store", String, nullable=False),
    Unique("tenant", "store"),
)

streams = Table(
    "streams",
    metadata,
    Column("stream_no", Integer, primary_key=True),
    Column("site", Integer, ForeignKey("sites.site"), nullable=False),
    Column("device", String, nullable=False),
    Column("stream", String, nullable=False),
    Column("epoch", String, nullable=False),
    Column("watermark", BigInteger, nullable=False),
    Unique("site", "device", "stream", "epoch"),
)

# Neither the ledger nor a roll-up has a foreign key: for each row PostgreSQL would look up what the same transaction
# has just written, for two fifths of its time.
ledger = Table(
    "ledger",
    metadata,
    Column("stream_no", Integer, primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("type", String, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("boot", String, nullable=False),
    Column("monotonic_ms", BigInteger, nullable=False),
    Column("clock_quality", String, nullable=False),
    Column("body", Text, nullable=False),
    sqlite_with_rowid=False,
)

lost = Table(
    "lost",
    metadata,
    Column("stream_no", Integer, ForeignKey("streams.stream_no"), primary_key=True),
    Column("first", BigInteger, primary_key=True),
    Column("last", BigInteger, nullable=False),
    Column("reason", String, nullable=False),
    Column("received", BigInteger, nullable=False),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("received", BigInteger, nullable=False),
    Column("topic", String, nullable=False),
    Column("why", String, nullable=False),
    Column("raw", LargeBinary, nullable=False),
)

counts = Table(
    "counts",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

device_seen = Table(
    "device_seen",
    metadata,
    Column("site", Integer, ForeignKey("sites.site"), primary_key=True),
    Column("device", String, primary_key=True),
    Column("last_seen", BigInteger, nullable=False),
    Column("last_tap", BigInteger, nullable=False),
)

device_health = Table(
    "device_health",
    metadata,
    Column("site", Integer, ForeignKey("sites.site"), primary_key=True),
    Column("device", String, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("software", String, nullable=False),
    Column("uptime_seconds", Float, nullable=False),
    Column("disk_free_mb", BigInteger, nullable=False),
    Column("memory_free_mb", BigInteger, nullable=False),
    Column("backlog", BigInteger, nullable=False),
    Column("temperature_c", Float),
)

boots = Table(
    "boots",
    metadata,
    Column("site", Integer, ForeignKey("sites.site"), primary_key=True),
    Column("device", String, primary_key=True),
    Column("boot", String, primary_key=True),
    Column("quality", String, nullable=False),
    Column("first_stream", Integer),
    Column("first_sequence", BigInteger),
    Column("began", BigInteger),
    Column("latest", BigInteger),
    Column("last_ms", BigInteger),
    Column("sync_quality", String),
    Column("sync_ms", BigInteger),
    Column("sync_base", BigInteger),
    Column("base", BigInteger),
    Column("base_quality", String, nullable=False),
)
"""What is known of the clock of each boot (`clocks.Boot`); by it the times of the ledger are read, never rewritten."""


def _rollup(family: Family) -> Table:
    kinds = {"scale": Integer, "answer": Integer}
    return Table(
        family.name,
        metadata,
        Column("site", Integer, primary_key=True),
        Column("start", BigInteger, primary_key=True),
        Column("length", Integer, primary_key=True),
        Column("device", String, primary_key=True),
        *(Column(key, kinds.get(key, String), primary_key=True) for key in family.keys),
        *(Column(name, BigInteger, nullable=False) for name in family.sums),
        sqlite_with_rowid=False,
    )


rollups = {family: _rollup(family) for family in FAMILIES}

plan = Table(
    "plan",
    metadata,
    Column("tenant", String, primary_key=True),
    Column("chain", String, nullable=False),
)

goals = Table(
    "plan_goals",
    metadata,
    Column("metric", String, primary_key=True),
    Column("target", Float, nullable=False),
)

plan_stores = Table(
    "plan_stores",
    metadata,
    Column("id", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("name", String, nullable=False),
    Column("region", String, nullable=False),
    Column("hours", Text, nullable=False),
)


def _dimension(name: str, *columns: Column[str] | Column[int] | Column[float]) -> Table:
    return Table(
        name,
        metadata,
        Column("store", String, ForeignKey("plan_stores.id"), primary_key=True),
        Column("position", Integer, primary_key=True),
        *columns,
    )


plan_zones = _dimension(
    "plan_zones",
    Column("name", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("device", String, nullable=False),
    Column("label", String, nullable=False),
    Column("crowded_above", Integer, nullable=False),
    Column("engaged_seconds", Integer, nullable=False),
    Column("target_wait_seconds", Integer, nullable=False),
    Column("engagement_goal", Float),
    Column("service", String),
)
plan_lines = _dimension(
    "plan_lines",
    Column("name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("device", String, nullable=False),
    Column("label", String, nullable=False),
    Column("behind", String),
)
plan_kiosks = _dimension(
    "plan_kiosks",
    Column("device", String, nullable=False),
    Column("place", String, nullable=False),
    Column("at", String, nullable=False),
    Column("label", String, nullable=False),
    Column("exit_line", String),
)
plan_rooms = _dimension(
    "plan_rooms",
    Column("name", String, nullable=False),
    Column("device", String, nullable=False),
    Column("rooms", Integer, nullable=False),
    Column("label", String, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("name", String, primary_key=True),
    Column("role", String, nullable=False),
    Column("password_hash", String),
    Column("created", BigInteger, nullable=False),
)

invitations = Table(
    "invitations",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("expires", BigInteger, nullable=False),
)

user_stores = Table(
    "user_stores",
    metadata,
    Column("name", String, primary_key=True),
    Column("store", String, primary_key=True),
)
"""The stores that a user is bound to; a user without a row sees all."""

invitation_stores = Table(
    "invitation_stores",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("store", String, primary_key=True),
)

web_keys = Table(
    "web_keys",
    metadata,
    Column("name", String, primary_key=True),
    Column("secret", String, nullable=False),
)
"""What the web application signs with; kept, so that a restart signs nobody out."""

# What is drawn on the pictures of cameras, and the audits of their lines.

layouts = Table(
    "layouts",
    metadata,
    Column("device", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("body", Text, nullable=False),
    Column("made", BigInteger, nullable=False),
    Column("made_by", String, nullable=False),
)

audits = Table(
    "audits",
    metadata,
    Column("id", String, primary_key=True),
    Column("device", String, nullable=False),
    Column("line", String, nullable=False),
    Column("started", BigInteger, nullable=False),
    Column("stopped", BigInteger, nullable=False),
    Column("ins", Integer, nullable=False),
    Column("outs", Integer, nullable=False),
    Column("made_by", String, nullable=False),
    Index("audits_by_line", "device", "line", "started"),
)
"""A person counted between two moments of the device's clock, whole seconds since 1970."""
