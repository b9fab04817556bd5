"""What the reports hand to pages, CSV and JSON: plain values that say how far they can be trusted."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from events.site import PlaceKind

DEFINITION_VERSION = 1


class Flag(StrEnum):
    PARTIAL = "partial"
    """Completeness < 0.95 or coverage < 0.7."""
    TOO_FEW = "too few"
    """Fewer than k; a wider stretch of time may say more."""
    NO_DATA = "no data"
    FRAGMENTED = "fragmented"
    """phi > 1.3: people are lost and found again; stays are cut short."""
    NOT_AUDITED = "not audited"
    POOLED = "pooled"


@dataclass(frozen=True)
class Measure:
    """One released value. `value` is None when there is none to show; `flags` say why."""

    value: float | None
    n: int = 0
    unit: str = ""
    """`%`, `s`, `people`, `points`, `votes` .."""
    interval: tuple[float, float] | None = None
    """95 %."""
    coverage: float | None = None
    completeness: float | None = None
    flags: tuple[Flag, ...] = ()
    baseline: float | None = None
    """The same measure on the same weekdays of the weeks before."""
    goal: float | None = None
    pooled: float | None = None
    """Footfall-weighted index: share of footfall (0 .. 1) whose hours had too few votes and were pooled."""
    definition_version: int = DEFINITION_VERSION

    @property
    def change(self) -> float | None:
        return None if self.value is None or self.baseline is None else self.value - self.baseline


@dataclass(frozen=True)
class HourRow:
    """One open hour (or part of one) of a series; every measure may be 'too few' on its own."""

    start: datetime
    """Store-local, aware."""
    seconds: int
    label: str
    """`09-10`, or `11-14` for a day part."""
    measures: dict[str, Measure]


@dataclass(frozen=True)
class ScorePart:
    """A part of a score: its utility 0..100, weight, and what is missing where it is absent."""

    name: str
    """`sentiment`, `ease`, `engagement`, `assistance`, `wait`, `room_to_spare`."""
    weight: float
    utility: Measure
    missing: str = ""
    """How to get it, in one sentence; empty when present."""


@dataclass(frozen=True)
class Score:
    """`ZX` or `FX` with its parts; `value` None below confidence 0.5."""

    name: str
    value: Measure
    confidence: float
    parts: tuple[ScorePart, ...]


@dataclass(frozen=True)
class Station:
    """One stop of the touchpoint journey."""

    kind: PlaceKind
    name: str
    label: str
    headline: Measure
    """What the stop is judged by when it has no score: entries, visits, session length, votes."""
    headline_name: str
    score: Score | None
    link: str
    """The report that says more: `zones/NAME`, `rooms/NAME`, `feedback/DEVICE`, `doors`."""


@dataclass(frozen=True)
class StoreDay:
    store: str
    name: str
    day: date
    opening: datetime | None
    closing: datetime | None
    stations: tuple[Station, ...]
    tiles: dict[str, Measure]
    """`entries`, `happy_index`, `visits`, `median_wait`, `assistance`, `door_closure`, ..."""
    footfall: tuple[HourRow, ...]
    """Measures `in`, `out`, `entries`, `happy_index`, `occupancy` by hour."""
    devices: tuple["DeviceState", ...]
    notes: tuple[str, ...] = ()
    """What to know first, in whole sentences: an unhappy hour and the queue that caused it, a silent camera."""


@dataclass(frozen=True)
class DeviceState:
    device: str
    label: str
    last_seen: datetime | None
    completeness: float | None
    backlog: int | None
    words: str
    """`reporting`, `silent for 40 min`, ..."""
    clock: str | None = None
    """`ntp`, `rtc`, `estimated` or `unset`: the best that its clock has been since it was started."""

    @property
    def owes_nothing(self) -> bool:
        """Before opening, and while it speaks, there is nothing to judge it by until a quarter is over and heard of."""
        calm = ("reporting", "the store is closed", "the store has just opened")
        return self.completeness is None and self.words in calm


@dataclass(frozen=True)
class ZoneDwell:
    """The zone dwell report of one zone over one day (or several, added up)."""

    zone: str
    label: str
    kind: str
    measures: dict[str, Measure]
    """`visits`, `entries`, `median`, `p90`, `engagement`, `draw`, `bounce`, `pass_by`, `person_seconds`,
    `mean_occupancy`, `crowding`, `boundary_dwell`, `fragmentation`; a queue has `wait_median`, `wait_p90`,
    `abandonment`, `sla` as well."""
    score: Score | None
    hours: tuple[HourRow, ...]
    parts: tuple[HourRow, ...]
    completed: tuple[int, ...]
    censored: tuple[int, ...]


@dataclass(frozen=True)
class DwellReport:
    store: str
    name: str
    first: date
    last: date
    zones: tuple[ZoneDwell, ...]


@dataclass(frozen=True)
class ReasonCount:
    reason: str
    votes: int
    share: Measure


@dataclass(frozen=True)
class KioskFeedback:
    device: str
    label: str
    question: str
    kind: str
    levels: tuple[int, ...]
    """Votes per answer, best first for smileys."""
    measures: dict[str, Measure]
    """`index_raw`, `index_clean`, `index_smoothed`, `net_happiness`, `top2`, `flag_rate`, `votes`, `response_rate`,
    `index_footfall_weighted`, `skip_rate`."""
    hours: tuple[HourRow, ...]
    reasons: tuple[ReasonCount, ...]
    last_tap: datetime | None


@dataclass(frozen=True)
class FeedbackReport:
    store: str
    name: str
    first: date
    last: date
    kiosks: tuple[KioskFeedback, ...]
    overall: dict[str, Measure]


@dataclass(frozen=True)
class RoomsOfGroup:
    group: str
    label: str
    rooms: int
    measures: dict[str, Measure]
    """`sessions`, `utilisation`, `saturation`, `session_median`, `session_p90`, `wait_median`, `wait_p90`,
    `wait_within_180`, `turn_away`, `calls`, `answered`, `sla_120`, `answer_median`."""
    score: Score | None
    hours: tuple[HourRow, ...]
    calls_open: int


@dataclass(frozen=True)
class RoomsReport:
    store: str
    name: str
    first: date
    last: date
    groups: tuple[RoomsOfGroup, ...]


@dataclass(frozen=True)
class StoreRank:
    store: str
    name: str
    region: str
    happy_index: Measure
    entries: Measure
    zone_experience: Measure
    fitting_rooms: Measure
    completeness: Measure
    parts: frozenset[str] = field(default_factory=frozenset)
    """Stores are ranked only among equal sets of parts."""


@dataclass(frozen=True)
class ChainReport:
    chain: str
    first: date
    last: date
    stores: tuple[StoreRank, ...]
    goals: dict[str, float]
