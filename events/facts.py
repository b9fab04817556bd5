"""What can happen in a shop, as small frozen values. The fields are an allow-list: what is not here cannot be sent.

No fact carries a picture, a box or a track, nor anything that a camera or a door saw about one person who did not act.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, NewType

from events.bins import BINS, HESITATION_EDGES

TenantId = NewType("TenantId", str)
StoreId = NewType("StoreId", str)
DeviceId = NewType("DeviceId", str)
ZoneName = NewType("ZoneName", str)
LineName = NewType("LineName", str)
RoomName = NewType("RoomName", str)
GroupName = NewType("GroupName", str)
EventId = NewType("EventId", str)
"""`epoch-sequence` of an event of the same device and stream, e.g. `1f0c9d2ab8e4-17`."""
Name = NewType("Name", str)
"""A short printable text without line breaks; at most 64 characters."""


@dataclass(frozen=True, slots=True)
class Within:
    """Bounds of a number, or of the length of a tuple, both inclusive."""

    low: float
    high: float


Count = Annotated[int, Within(0, 1_000_000_000)]
Seconds = Annotated[float, Within(0, 100_000_000)]
Histogram = Annotated[tuple[Count, ...], Within(BINS, BINS)]
"""Counts in the bins of `events.bins`."""


class Stream(StrEnum):
    URGENT = "urgent"
    BULK = "bulk"


class QuestionKind(StrEnum):
    SMILEY = "smiley"
    CSAT = "csat"
    CES = "ces"
    NPS = "nps"
    YES_NO = "yes_no"


class PressMeans(StrEnum):
    TOUCH = "touch"
    BUTTON = "button"


class TapFlag(StrEnum):
    """Why a tap counts for less; any flag but `test` keeps it in the raw index and out of the clean one."""

    REPEAT = "repeat"
    BURST = "burst"
    LOCKOUT = "lockout"
    PALM = "palm"
    MULTITOUCH = "multitouch"
    HOLD = "hold"
    TEST = "test"
    """Staff tried the kiosk: stored, never counted."""


class CallOutcome(StrEnum):
    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    WITHDRAWN = "withdrawn"


class CameraState(StrEnum):
    OK = "ok"
    UNPLUGGED = "unplugged"
    FROZEN = "frozen"
    DARK = "dark"
    COVERED = "covered"
    MOVED = "moved"
    STARTING = "starting"


class ClockQuality(StrEnum):
    NTP = "ntp"
    RTC = "rtc"
    ESTIMATED = "estimated"
    UNSET = "unset"


class LossReason(StrEnum):
    DISK_FULL = "disk_full"
    QUOTA = "quota"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Cell:
    """A stretch of time that a summary speaks of."""

    start: datetime
    """UTC."""
    seconds: Annotated[int, Within(1, 200_000)]
    monotonic_ms: Annotated[int, Within(0, 10**15)] | None = None
    """Start on the boot's monotonic clock; set only when the wall clock was unset."""


@dataclass(frozen=True, slots=True)
class Tap:
    """Somebody pressed the kiosk."""

    stream: ClassVar[Stream] = Stream.URGENT
    survey: Name
    version: Count
    question: Name
    kind: QuestionKind
    answer: Annotated[int, Within(0, 10)] | None
    """smiley: 1 best .. scale; csat, ces: 1 .. 5 best; nps: 0 .. 10; yes_no: 1 = yes, 0 = no; None: no face was hit."""
    scale: Annotated[int, Within(2, 11)]
    """How many answers were offered."""
    language: Name
    means: PressMeans = PressMeans.TOUCH
    flags: Annotated[tuple[TapFlag, ...], Within(0, 7)] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """The shopper said why."""

    stream: ClassVar[Stream] = Stream.URGENT
    tap: EventId
    question: Name
    reason: Name


@dataclass(frozen=True, slots=True)
class Call:
    """A fitting room asks for help."""

    stream: ClassVar[Stream] = Stream.URGENT
    group: GroupName
    room: RoomName


@dataclass(frozen=True, slots=True)
class CallEnded:
    """A fitting room had asked for help; someone came, nobody came, or it was taken back."""

    stream: ClassVar[Stream] = Stream.URGENT
    group: GroupName
    room: RoomName
    call: EventId
    outcome: CallOutcome
    waited_seconds: Seconds
    """From the press of the call button to the acknowledgement at the room, or to the end."""


@dataclass(frozen=True, slots=True)
class CrossingCount:
    """People who crossed a line in a quarter of an open hour, zeros included."""

    stream: ClassVar[Stream] = Stream.BULK
    line: LineName
    cell: Cell
    ins: Count
    outs: Count
    uturns: Count
    """IN then OUT by one track within 10 s without reaching the zone behind the door; part of `ins` and `outs`."""
    valid_seconds: Seconds


@dataclass(frozen=True, slots=True)
class ZoneSummary:
    """What may be said of a zone every quarter of an open hour, zeros included."""

    stream: ClassVar[Stream] = Stream.BULK
    zone: ZoneName
    cell: Cell
    valid_seconds: Seconds
    entries: Count
    """Boundary entries B."""
    stays: Count
    """Stays of 3 s and more that ended in this quarter."""


@dataclass(frozen=True, slots=True)
class DwellSummary:
    """How long k or more people stayed in a zone: an hour, else a day part, else a day; never overlapping another."""

    stream: ClassVar[Stream] = Stream.BULK
    zone: ZoneName
    cell: Cell
    completed: Histogram
    censored: Histogram
    """Lost inside: they stayed at least this long."""
    born_inside: Count
    """Stays whose start is unknown; in neither histogram."""
    from_boundary: Count
    """Stays that began at the boundary, the denominator of fragmentation."""


@dataclass(frozen=True, slots=True)
class OccupancySummary:
    """How full a zone was; released like `DwellSummary`, and held longer while one stay makes up over half."""

    stream: ClassVar[Stream] = Stream.BULK
    zone: ZoneName
    cell: Cell
    valid_seconds: Seconds
    person_seconds: Count
    """Rounded to 10 s."""
    occupancy_seconds: Annotated[tuple[Count, ...], Within(9, 9)]
    """Seconds with 0, 1, 2 .. 7 and 8 or more people."""


@dataclass(frozen=True, slots=True)
class QueueSummary:
    """How k or more stays in a queue ended; released like `DwellSummary`."""

    stream: ClassVar[Stream] = Stream.BULK
    zone: ZoneName
    cell: Cell
    served: Histogram
    """Waits: stays that ended across the service line."""
    left: Histogram
    """Stays that ended elsewhere; those of 20 s and more are abandonments."""


@dataclass(frozen=True, slots=True)
class Flow:
    """At least k people went straight from one zone to another."""

    origin: ZoneName
    target: ZoneName
    people: Count


@dataclass(frozen=True, slots=True)
class FlowMatrix:
    """Moves between the zones of one view; cells below k are absent."""

    stream: ClassVar[Stream] = Stream.BULK
    view: Name
    cell: Cell
    flows: Annotated[tuple[Flow, ...], Within(0, 400)]


@dataclass(frozen=True, slots=True)
class Warmth:
    """Presence in one cell of the heat map, with at least k distinct stays."""

    column: Annotated[int, Within(0, 63)]
    row: Annotated[int, Within(0, 63)]
    seconds: Count


@dataclass(frozen=True, slots=True)
class HeatCells:
    """Where people of one view stood; cells below k are absent."""

    stream: ClassVar[Stream] = Stream.BULK
    view: Name
    cell: Cell
    columns: Annotated[int, Within(1, 64)]
    rows: Annotated[int, Within(1, 64)]
    warmth: Annotated[tuple[Warmth, ...], Within(0, 4096)]


@dataclass(frozen=True, slots=True)
class RoomSummary:
    """What may be said of a group of fitting rooms every quarter of an open hour, zeros included."""

    stream: ClassVar[Stream] = Stream.BULK
    group: GroupName
    cell: Cell
    rooms: Count
    sessions: Count
    """Sessions that ended in this quarter."""
    arrivals: Count
    """People who came into the lobby."""
    checks: Count
    """Rooms found shut for 30 minutes without presence: somebody should look."""


@dataclass(frozen=True, slots=True)
class RoomUse:
    """How k or more fitting-room sessions went: an hour, else a day part, else a day; never overlapping another."""

    stream: ClassVar[Stream] = Stream.BULK
    group: GroupName
    cell: Cell
    rooms: Count
    occupied_seconds: Count
    """Sum over the rooms, rounded to 10 s."""
    saturated_seconds: Count
    """Seconds with every room occupied, rounded to 10 s."""
    sessions: Histogram
    waits: Histogram
    """Lobby arrival to the next room taken, first in first out; waits under 3 s are in `no_wait`."""
    no_wait: Count
    turned_away: Count
    """Arrivals with no session within 10 minutes."""


@dataclass(frozen=True, slots=True)
class Impressions:
    """How many came up to the kiosk in a quarter; only where it has a presence sensor."""

    stream: ClassVar[Stream] = Stream.BULK
    cell: Cell
    presences: Count
    tapped: Count
    hesitation: Annotated[tuple[Count, ...], Within(len(HESITATION_EDGES) - 1, len(HESITATION_EDGES) - 1)]


@dataclass(frozen=True, slots=True)
class CameraHealth:
    """What a camera could see in a quarter, and its worst state."""

    stream: ClassVar[Stream] = Stream.BULK
    view: Name
    cell: Cell
    state: CameraState
    valid_seconds: Seconds
    frames_per_second: Seconds


@dataclass(frozen=True, slots=True)
class Health:
    """How a device is, about once a minute."""

    stream: ClassVar[Stream] = Stream.BULK
    software: Name
    uptime_seconds: Seconds
    disk_free_mb: Count
    memory_free_mb: Count
    backlog: Count
    """Facts that wait to be sent."""
    unrecorded_taps: Count
    """Shoppers told 'sorry, that was not recorded' since the last report."""
    temperature_c: Annotated[float, Within(-60, 200)] | None = None


@dataclass(frozen=True, slots=True)
class ClockSync:
    """The wall clock was set: earlier times of the same boot are off by the step."""

    stream: ClassVar[Stream] = Stream.BULK
    wall_before: datetime
    wall_after: datetime
    quality: ClockQuality


@dataclass(frozen=True, slots=True)
class ConfigApplied:
    """A device took a configuration, or refused it and says why."""

    stream: ClassVar[Stream] = Stream.BULK
    part: Name
    version: Count
    applied: bool
    why: Name | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """These sequence numbers of this stream will never come; stands in the place of the last of them."""

    stream: ClassVar[Stream] = Stream.BULK  # it travels in the stream that lost them
    first: Count
    last: Count
    reason: LossReason


Fact = (
    Tap | Reason | Call | CallEnded
    | CrossingCount | ZoneSummary | DwellSummary | OccupancySummary | QueueSummary | FlowMatrix | HeatCells
    | RoomSummary | RoomUse | Impressions | CameraHealth | Health | ClockSync | ConfigApplied | Lost
)  # fmt: skip
FACTS: tuple[type[Fact], ...] = Fact.__args__
