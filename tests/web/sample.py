"""Reports of one shop, made by hand: every shape, every flag, and words that try to break out of the page."""

from datetime import UTC, date, datetime, timedelta, timezone

from central.reports.shapes import (
    ChainReport,
    DeviceState,
    DwellReport,
    FeedbackReport,
    Flag,
    HourRow,
    KioskFeedback,
    Measure,
    ReasonCount,
    RoomsOfGroup,
    RoomsReport,
    Score,
    ScorePart,
    Station,
    StoreDay,
    StoreRank,
    ZoneDwell,
)
from events.bins import BINS
from events.site import PlaceKind, read_plan

NOW = datetime(2026, 11, 21, 15, 20, tzinfo=UTC)
TODAY = date(2026, 11, 21)
LOCAL = timezone(timedelta(hours=1))
RUDE = "<script>alert('x')</script>"
TRUST = {"coverage": 0.98, "completeness": 0.99}
PLAN = {
    "tenant": "acme",
    "chain": "Acme Fashion",
    "goals": {"happy_index": 80, "zone_experience": 75},
    "stores": [
        {
            "id": "s014",
            "name": "Acme Mitte",
            "region": "North",
            "hours": {"timezone": "Europe/Berlin", "sunday": "closed", "dates": {"2026-12-24": "09:00-14:00"}},
            "zones": [
                {"name": "foyer", "kind": "display", "device": "cam1", "label": "New arrivals"},
                {"name": "denim", "kind": "display", "device": "cam1", "label": "Denim wall", "engagement_goal": 0.4},
                {"name": "queue", "kind": "queue", "device": "cam2", "label": "Checkout queue", "service": "till"},
            ],
            "lines": [
                {"name": "door", "role": "door", "device": "cam1", "label": "Main door", "behind": "foyer"},
                {"name": "till", "role": "service", "device": "cam2"},
            ],
            "kiosks": [
                {"device": "exit", "place": "exit", "label": "Exit kiosk", "exit_line": "door"},
                {"device": "fit", "place": "fitting_rooms", "at": "rooms", "label": "Fitting-room kiosk"},
            ],
            "room_groups": [{"name": "rooms", "device": "rooms1", "rooms": 6, "label": "Women's fitting rooms"}],
        },
        {"id": "s015", "name": "Acme Altona", "region": "North"},
        {"id": "s016", "name": RUDE, "region": "South"},
    ],
}


def plan():
    return read_plan(PLAN)


def measure(value, unit="%", n=214, spread=None, **more):
    interval = None if spread is None else (value - spread, value + spread)
    return Measure(value, n, unit, interval, **{**TRUST, **more})


def too_few(unit="s"):
    return Measure(None, 3, unit, flags=(Flag.TOO_FEW,), **TRUST)


def hours(**series):
    """One row for each open hour from 9; a value None is 'too few'."""
    count = max(len(values) for values, _ in series.values())
    rows = []
    for i in range(count):
        start = datetime(2026, 11, 21, 9 + i, tzinfo=LOCAL)
        named = {
            name: too_few(unit) if values[i] is None else measure(values[i], unit, 20, 9 if unit == "points" else None)
            for name, (values, unit) in series.items()
        }
        rows.append(HourRow(start, 3600, f"{9 + i:02}-{10 + i:02}", named))
    return tuple(rows)


def zone_score(value=78.4, missing=""):
    parts = (
        ScorePart("sentiment", 0.5, measure(74.2, "points", 88, 5.1) if not missing else Measure(None), missing),
        ScorePart("ease", 0.3, measure(86.0, "points", 300)),
        ScorePart("engagement", 0.2, measure(71.5, "points", 300)),
    )
    whole = measure(value, "points", 388, 4.2, baseline=75.1, goal=75.0) if not missing else Measure(None, 0, "points")
    return Score("zone_experience", whole, 0.5 if missing else 1.0, parts)


def rooms_score():
    parts = (
        ScorePart("sentiment", 0.35, Measure(None), "Pair a kiosk with the fitting rooms."),
        ScorePart("assistance", 0.30, measure(61.0, "points", 31)),
        ScorePart("wait", 0.20, measure(55.0, "points", 62)),
        ScorePart("room_to_spare", 0.15, measure(64.0, "points")),
    )
    return Score("fitting_rooms", measure(58.3, "points", 93, 6.4, baseline=66.0, goal=75.0), 0.65, parts)


def stations():
    kind = PlaceKind
    return (
        Station(kind.ENTRANCE, "door", "Entrance", measure(842, "people", baseline=790), "entries", None, "doors"),
        Station(kind.ZONE, "foyer", "New arrivals", measure(611, "visits"), "visits", zone_score(84.1), "zones/foyer"),
        Station(
            kind.ZONE, "denim", RUDE, measure(240, "visits"), "visits",
            zone_score(missing="Pair a kiosk with this zone."), "zones/denim",
        ),
        Station(
            kind.FITTING_ROOMS, "rooms", "Fitting rooms", measure(96, "sessions"), "sessions", rooms_score(),
            "rooms/rooms",
        ),
        Station(kind.CHECKOUT, "queue", "Checkout", measure(204, "visits"), "visits", zone_score(47.6), "zones/queue"),
        Station(kind.EXIT, "exit", "Exit", measure(77.2, "points", 214, 3.2, goal=80.0), "happy_index", None,
                "feedback/exit"),
    )  # fmt: skip


def store_day(store="s014", day=TODAY, tiles=None):
    opening = datetime(2026, 11, 21, 9, tzinfo=LOCAL)
    footfall = hours(
        entries=([38, 71, 96, 118, 131, 142, 133, 113], "people"),
        happy_index=([82, 84, 81, 79, 76, 61, 58, None], "points"),
        occupancy=([12, 20, 28, 33, 41, 46, 44, 38], "people"),
    )
    devices = (
        DeviceState("cam1", "Camera at the door", NOW - timedelta(minutes=1), 0.99, 0, "reporting"),
        DeviceState("exit", "Exit kiosk", NOW - timedelta(seconds=4), 1.0, 0, "reporting"),
        DeviceState("cam2", "Camera at the tills", NOW - timedelta(minutes=44), 0.81, 37, "silent for 40 min"),
    )
    tiles = tiles or {
        "happy_index": measure(77.2, "points", 214, 3.2, baseline=79.0, goal=80.0),
        "entries": measure(842, "people", 842, baseline=790.0),
        "visits": measure(1204, "visits", 1204, baseline=1180.0),
        "median_wait": measure(164.0, "s", 204, 21.0, baseline=131.0, goal=180.0),
        "assistance": Measure(61.3, 31, "%", (43.8, 76.3), 0.99, 0.81, (Flag.PARTIAL,), 82.0, 90.0),
        "door_closure": measure(2.4, "%", 1660),
        "response_rate": too_few("%"),
    }
    notes = (
        "Between 14 and 16 the happy index fell to 60; in the same hours half of the shoppers queued for over 4 min.",
        "The camera at the tills has been silent for 40 minutes, so the checkout is partial.",
    )
    return StoreDay(
        store, "Acme Mitte", day, opening, opening + timedelta(hours=11), stations(), tiles, footfall, devices, notes
    )


def zone(name, label, kind="display"):
    measures = {
        "visits": measure(611, "visits", baseline=590.0),
        "entries": measure(580, "people"),
        "median": measure(47.0, "s", 611, 4.0, baseline=44.0),
        "p90": measure(214.0, "s", 611, 24.0),
        "engagement": measure(38.2, "%", 611, 3.9, baseline=41.0, goal=40.0),
        "draw": measure(72.6, "%", 842),
        "bounce": measure(21.0, "%"),
        "pass_by": measure(11.0, "%"),
        "person_seconds": measure(41260.0, "s"),
        "mean_occupancy": measure(1.4, "people"),
        "crowding": measure(6.2, "%"),
        "boundary_dwell": measure(71.1, "s"),
        "fragmentation": Measure(1.42, 611, "", flags=(Flag.FRAGMENTED,), **TRUST),
    }
    if kind == "queue":
        waits = {
            "wait_median": measure(164.0, "s", 204, 21.0, baseline=131.0, goal=180.0),
            "wait_p90": measure(402.0, "s", 204, 60.0),
            "abandonment": measure(8.1, "%", 222, 3.5),
            "sla": measure(58.0, "%", 204, 6.8, goal=80.0),
        }
        measures = {**measures, **waits}
    rows = hours(
        visits=([31, 64, 80, 99, 92, 101, 88, 56], "visits"),
        median=([41.0, 44.0, 47.0, 52.0, 55.0, None, 46.0, None], "s"),
    )
    parts = (HourRow(datetime(2026, 11, 21, 14, tzinfo=LOCAL), 10800, "14-17", {"median": measure(49.0, "s")}),)
    completed = (40, 51, 62, 58, 49, 77, 61, 52, 68, 34, 22, 18, 9, 6, 3, 1, 0, 0)
    censored = (3, 4, 5, 3, 2, 4, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    assert len(completed) == len(censored) == BINS
    return ZoneDwell(name, label, kind, measures, zone_score(), rows, parts, completed, censored)


def dwell(store="s014", first=TODAY, last=TODAY):
    zones = (zone("foyer", "New arrivals"), zone("denim", RUDE), zone("queue", "Checkout queue", "queue"))
    return DwellReport(store, "Acme Mitte", first, last, zones)


def feedback(store="s014", first=TODAY, last=TODAY, votes=214):
    measures = {
        "happy_index": measure(78.1, "points", votes, 3.2, baseline=79.0, goal=80.0),
        "index_smoothed": measure(77.0, "points", votes, 3.2),
        "index_raw": measure(77.2, "points", votes),
        "index_clean": measure(78.1, "points", votes),
        "index_footfall_weighted": Measure(74.9, votes, "points", (70.0, 79.8), 0.98, 0.99, (Flag.POOLED,)),
        "net_happiness": measure(58.1, "%", votes),
        "top2": measure(81.3, "%", votes, 5.2),
        "votes": measure(float(votes), "votes", votes, baseline=190.0),
        "flag_rate": measure(4.2, "%", votes),
        "response_rate": measure(26.4, "%", 811, 3.0, baseline=24.0),
        "skip_rate": Measure(None, 0, "%", flags=(Flag.NO_DATA,)),
    }
    rows = hours(
        index_smoothed=([82.0, 84.0, 81.0, 79.0, 76.0, 61.0, 58.0, None], "points"),
        votes=([14, 22, 30, 34, 36, 41, 30, 7], "votes"),
    )
    reasons = (
        ReasonCount("waiting time", 21, measure(47.7, "%", 44, 14.0)),
        ReasonCount(RUDE, 12, measure(27.3, "%", 44, 13.0)),
        ReasonCount("staff", 6, measure(13.6, "%", 44, 10.0)),
    )
    kiosk = KioskFeedback(
        "exit", "Exit kiosk", "How was your visit today?", "smiley", (126, 60, 16, votes - 202), measures, rows,
        reasons, NOW - timedelta(seconds=8),
    )  # fmt: skip
    overall = {name: measures[name] for name in ("happy_index", "votes", "response_rate")}
    return FeedbackReport(store, "Acme Mitte", first, last, (kiosk,), overall)


def rooms(store="s014", first=TODAY, last=TODAY):
    measures = {
        "sessions": measure(96, "sessions", baseline=88.0),
        "utilisation": measure(71.0, "%"),
        "saturation": measure(36.0, "%", baseline=21.0),
        "session_median": measure(402.0, "s", 96, 40.0),
        "wait_within_180": measure(55.0, "%", 62, 12.0),
        "turn_away": measure(9.7, "%", 62, 7.0),
        "calls": measure(31, "calls"),
        "sla_120": measure(61.3, "%", 31, 16.0, goal=90.0, baseline=82.0),
        "answer_median": measure(88.0, "s", 26),
    }
    rows = hours(
        utilisation=([30.0, 52.0, 66.0, 78.0, 91.0, 97.0, 95.0, 71.0], "%"),
        saturation=([0.0, 4.0, 12.0, 31.0, 66.0, 81.0, 74.0, None], "%"),
    )
    group = RoomsOfGroup("rooms", "Women's fitting rooms", 6, measures, rooms_score(), rows, 1)
    return RoomsReport(store, "Acme Mitte", first, last, (group,))


def chain(first, last):
    both = frozenset({"sentiment", "ease", "engagement against goal"})

    def rank(store, name, region, index, experience, parts):
        return StoreRank(
            store, name, region, measure(index, "points", 900, 2.1, baseline=78.0, goal=80.0),
            measure(5120.0, "people", baseline=4890.0), measure(experience, "points", 900, 3.0, goal=75.0),
            measure(66.0, "points"), measure(99.1, "%"), parts,
        )  # fmt: skip

    stores = (
        rank("s014", "Acme Mitte", "North", 77.2, 74.0, both),
        rank("s015", "Acme Altona", "North", 83.9, 81.2, both),
        rank("s016", RUDE, "South", 71.4, 70.0, both - {"engagement against goal"}),
    )
    return ChainReport("Acme Fashion", first, last, stores, {"happy_index": 80.0, "zone_experience": 75.0})
