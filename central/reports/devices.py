"""Which devices report, and how complete what they sent is."""

from dataclasses import replace
from datetime import timedelta

from central.reports.shapes import DeviceState
from central.reports.window import Window
from central.store.families import HEARD
from central.store.reading import LastWord

SILENT_AFTER = timedelta(minutes=20)
"""A device speaks each quarter of an open hour; this leaves it five minutes to be heard."""


def device_states(window: Window) -> tuple[DeviceState, ...]:
    """Every device of the plan, in the order of the plan."""
    words = window.last_words()
    return tuple(_state(window, device, label, words.get(device)) for device, label in labels(window).items())


def labels(window: Window) -> dict[str, str]:
    """Device -> what it does, in words."""
    shop, found = window.shop, dict[str, list[str]]()
    for zone in shop.zones:
        found.setdefault(zone.device, []).append(zone.label or zone.name)
    for line in shop.lines:
        found.setdefault(line.device, []).append(line.label or line.name)
    for kiosk in shop.kiosks:
        found.setdefault(kiosk.device, []).append(kiosk.label or f"kiosk {kiosk.place.value.replace('_', ' ')}")
    for group in shop.room_groups:
        found.setdefault(group.device, []).append(group.label or group.name)
    return {device: ", ".join(dict.fromkeys(names)) for device, names in found.items()}


def _state(window: Window, device: str, label: str, word: LastWord | None) -> DeviceState:
    heard = window.sheet(HEARD).of(device=device)
    complete = window.whole.quality(heard, valid=False).completeness if len(heard) else None
    if word is None:
        return DeviceState(device, label, None, 0.0 if window.due else None, None, "never heard of")
    state = DeviceState(device, label, word.last_seen, complete, word.backlog, "reporting")
    return replace(state, words=_words(window, word, len(heard) > 0), clock=word.clock)


def _words(window: Window, word: LastWord, has_cells: bool) -> str:
    assert word.last_seen is not None
    silent = window.now - word.last_seen
    if silent < SILENT_AFTER:
        return "reporting"
    span = window.hours.span(window.hours.business_day(window.now))
    if span is None or not span[0] <= window.now < span[1]:
        return "the store is closed" if has_cells or not window.due else "nothing arrived"
    if window.now - span[0] < SILENT_AFTER:
        return "the store has just opened"
    return f"silent for {duration(silent)}"


def duration(span: timedelta) -> str:
    """`40 min`, `3 h`, `2 days`."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"
