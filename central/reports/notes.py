"""What to know first about a day, in whole sentences."""

from collections.abc import Iterator, Sequence

from central.reports.dwell import zone_measures
from central.reports.journey import Stops
from central.reports.measuring import Measures
from central.reports.shapes import DeviceState, Flag, HourRow, Measure
from central.reports.window import Stretch, Window
from central.scores.quality import COMPLETE
from events.hours import Step
from events.site import ZoneKind

UNHAPPY_POINTS = 10
"""An hour whose index lies this far below the day's is worth a sentence."""
UNCLOSED = 0.1


def notes(
    window: Window, tiles: Measures, footfall: Sequence[HourRow], stops: Stops, devices: Sequence[DeviceState]
) -> tuple[str, ...]:
    """The unhappy hour and what the queue did in it, calls nobody answered, doors that do not add up, silence."""
    if not window.spans:
        return ("The store was closed.",)
    return (
        *_unhappy_hour(window, tiles["happy_index"], footfall),
        *_calls(stops),
        *_doors(tiles["door_closure"]),
        *_fragmented(stops),
        *_silence(devices),
    )


def _unhappy_hour(window: Window, day: Measure, footfall: Sequence[HourRow]) -> Iterator[str]:
    hours = [(row, row.measures["happy_index"]) for row in footfall]
    known = [(measure.value, row, measure.n) for row, measure in hours if measure.value is not None]
    if day.value is None or not known:
        return
    value, row, votes = min(known, key=lambda each: each[0])
    if value > day.value - UNHAPPY_POINTS:
        return
    points = f"{value:.0f} points from {votes} votes, {day.value:.0f} over the day"
    yield f"The unhappiest hour was {_hour(row.label)}: {points}. {_queue_then(window, row)}"


def _queue_then(window: Window, row: HourRow) -> str:
    """What the queues did in that hour, against the whole day."""
    then = next(each for each in window.stretches(Step.HOUR) if each.label == row.label)
    queues = [zone for zone in window.shop.zones if zone.kind is ZoneKind.QUEUE]
    told = [sentence for zone in queues if (sentence := _wait(window, then, zone.name))]
    if told:
        return " ".join(told)
    return "No queue was measured in that hour." if queues else "The store has no measured queue to hold it against."


def _wait(window: Window, then: Stretch, name: str) -> str | None:
    zone = next(zone for zone in window.shop.zones if zone.name == name)
    hour, day = zone_measures(then, zone)["wait_median"].value, zone_measures(window.whole, zone)["wait_median"].value
    if hour is None or day is None:
        return None
    label, waited = zone.label or zone.name, f"{minutes(hour)} (median; {minutes(day)} over the day)"
    if hour > 1.2 * day:
        return f"In the same hour the wait at {label} was {waited}."
    return f"The wait at {label} does not explain it: {waited}."


def _calls(stops: Stops) -> Iterator[str]:
    for group, (measures, _) in stops.groups.items():
        missed, calls = measures["unanswered"].value or 0, measures["calls"].value or 0
        if missed:
            label, were = group.label or group.name, "was" if missed == 1 else "were"
            yield f"{missed:.0f} of {calls:.0f} calls for help from {label} {were} not answered."


def _doors(closure: Measure) -> Iterator[str]:
    if closure.value is not None and closure.value > UNCLOSED:
        yield (
            f"In and out at the doors differ by {100 * closure.value:.0f} %: "
            "people are missed on one side, look at the line or the camera."
        )


def _fragmented(stops: Stops) -> Iterator[str]:
    for zone, (measures, _) in stops.zones.items():
        if Flag.FRAGMENTED in measures["fragmentation"].flags:
            label = zone.label or zone.name
            yield f"In {label} people are lost and found again; stays there look shorter than they were."


def _silence(devices: Sequence[DeviceState]) -> Iterator[str]:
    for device in devices:
        name = f"{device.label} ({device.device})"
        if device.words.startswith(("silent", "never")):
            yield f"{name} is {device.words}." if device.words.startswith("silent") else f"{name} was {device.words}."
        elif device.words.startswith("nothing"):
            yield f"{name} sent nothing of what was due."
        elif device.completeness is not None and device.completeness < COMPLETE:
            yield f"{name} sent {100 * device.completeness:.0f} % of what was due; its numbers are partial."


def _hour(label: str) -> str:
    return f"{label.replace('-', ' to ')} o'clock" if label.count(":") == 0 else label.replace("-", " to ")


def minutes(seconds: float) -> str:
    """`45 s`, `4 min 10 s`."""
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"
