"""The doors of a store: who came in, who went out."""

from dataclasses import replace

from central.reports.measuring import Measures, counted, estimated, flagged
from central.reports.shapes import Flag, Measure
from central.reports.window import Quality, Stretch
from central.scores.audit import audit_error, audited_range
from central.scores.door import capture_rate, door_closure, entries
from central.scores.estimate import Estimate
from central.store.families import CROSSINGS
from central.store.reading import Sheet
from events.site import LineRole


def lines(stretch: Stretch, role: LineRole) -> list[Sheet]:
    """The crossings of each line with this role."""
    sheet = stretch.sheets(CROSSINGS)
    return [sheet.of(device=line.device, line=line.name) for line in stretch.shop.lines if line.role is role]


def quality_of(stretch: Stretch, sheets: list[Sheet]) -> Quality:
    """Of several lines together: cells and seconds of all of them."""
    each = [stretch.quality(sheet) for sheet in sheets]
    return Quality(
        sum(one.received for one in each),
        sum(one.due for one in each),
        sum(one.valid_seconds or 0.0 for one in each) if each else None,
        stretch.open_seconds * len(each),
        stretch.is_past,
    )


def store_entries(stretch: Stretch) -> int:
    """E over all doors of the store."""
    if "entries" not in stretch.memory:
        doors = lines(stretch, LineRole.DOOR)
        ins, uturns = (sum(sheet.sum(name) for sheet in doors) for name in ("ins", "uturns"))
        stretch.memory["entries"] = entries(ins, uturns)
    found: int = stretch.memory["entries"]
    return found


def door_measures(stretch: Stretch) -> Measures:
    """`in`, `out`, `entries`, `door_closure` (0..1) and, with a passers-by line, `capture_rate` (%)."""
    doors, outside = lines(stretch, LineRole.DOOR), lines(stretch, LineRole.PASSERS_BY)
    quality = quality_of(stretch, doors)
    ins, outs = (sum(sheet.sum(name) for sheet in doors) for name in ("ins", "outs"))
    entered = store_entries(stretch)
    counts = {
        "in": counted(ins, quality, "people"),
        "out": counted(outs, quality, "people"),
        "entries": counted(entered, quality, "people"),
    }
    measures = {name: _with_interval(stretch, measure) for name, measure in counts.items()}
    measures["door_closure"] = estimated(Estimate(door_closure(ins, outs), ins + outs), quality, "")
    if outside:
        passed = sum(sheet.sum("ins") + sheet.sum("outs") for sheet in outside)
        measures["capture_rate"] = estimated(capture_rate(entered, passed), quality_of(stretch, [*doors, *outside]))
    return measures


def _with_interval(stretch: Stretch, measure: Measure) -> Measure:
    """Between what the audits of all doors leave open; 'not audited' until every door has been."""
    audits = [
        stretch.audited(line.device, line.name) for line in stretch.shop.lines if line.role is LineRole.DOOR
    ]  # fmt: skip
    if not audits or not all(audit.holds for audit in audits):
        return flagged(measure, Flag.NOT_AUDITED)
    error = audit_error([window for audit in audits for each in audit.audits for window in each.windows])
    if measure.value is None or error.interval is None:
        return measure
    return replace(measure, interval=audited_range(measure.value, error.interval))
