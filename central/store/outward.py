"""The tables of what goes out to devices and what they answer; a device is named `tenant/store/device` here."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text

from central.store import tables

metadata = tables.metadata

desired = Table(
    "desired",
    metadata,
    Column("device", String, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("sent", BigInteger, nullable=False),
    Column("told", BigInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("why", String, nullable=False),
    Column("told_at", BigInteger, nullable=False),
)
"""`sent`: the version that a broker has taken; `told`: the version that the device has answered, with `state`."""

desired_parts = Table(
    "desired_parts",
    metadata,
    Column("device", String, primary_key=True),
    Column("part", String, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("made", BigInteger, nullable=False),
    Column("made_by", String, nullable=False),
)

commands = Table(
    "commands",
    metadata,
    Column("id", String, primary_key=True),
    Column("device", String, nullable=False, index=True),
    Column("op", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("made", BigInteger, nullable=False),
    Column("made_by", String, nullable=False),
    Column("expires", BigInteger, nullable=False, index=True),
    Column("state", String, nullable=False),
    Column("why", String, nullable=False),
    Column("answered", BigInteger, nullable=False),
)
"""`state` is empty until the device has answered."""

device_links = Table(
    "device_links",
    metadata,
    Column("device", String, primary_key=True),
    Column("is_on", Boolean, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("configuration", BigInteger, nullable=False),
)
"""What devices and their wills said on `status`: whether they are connected, and which configuration they hold."""

downlink = Table("downlink", metadata, Column("name", String, primary_key=True), Column("at", BigInteger))
"""When the way out to the broker was last known to stand."""

applied = Table(
    "applied",
    metadata,
    Column("site", Integer, primary_key=True),
    Column("device", String, primary_key=True),
    Column("part", String, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("applied", Boolean, nullable=False),
    Column("why", String),
    Column("at", BigInteger, nullable=False),
)
"""The last `ConfigApplied` of each part."""

room_calls = Table(
    "room_calls",
    metadata,
    Column("site", Integer, primary_key=True),
    Column("device", String, primary_key=True),
    Column("call", String, primary_key=True),
    Column("room_group", String, nullable=False),
    Column("room", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("ended", BigInteger),
    Column("outcome", String),
    Column("waited_seconds", BigInteger),
    Index("room_calls_by_time", "site", "at"),
)
"""Every call for help, and how it ended."""

FROM_FACTS = (applied, room_calls)
"""Those that hold nothing but what the ledger says."""

surveys = Table(
    "surveys",
    metadata,
    Column("survey", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("body", Text, nullable=False),
    Column("made", BigInteger, nullable=False),
    Column("made_by", String, nullable=False),
    Column("note", String, nullable=False),
)
"""What was published; nothing here ever changes."""

survey_drafts = Table(
    "survey_drafts",
    metadata,
    Column("survey", String, primary_key=True),
    Column("edition", Integer, primary_key=True),
    Column("body", Text, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("changed_by", String, nullable=False),
)
"""Every change of a draft, the newest last; undo takes the newest away."""
