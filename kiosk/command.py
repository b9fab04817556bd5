"""`floorpulse kiosk`: options and device.toml, checked before a window opens; `__main__` brings the parts."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from events.hours import OpeningHours
from events.settings import ConfigError, Device, Hours, load, read
from events.survey import Survey
from kiosk.layout import Panel, too_small
from kiosk.settings import Settings
from kiosk.survey import BUILT_IN, read_survey

ABOUT = "The shopper's screen: a face, a reason perhaps, and thanks once the answer is safe on the disk."


class Plan(NamedTuple):
    """What was checked before a window opens."""

    device: Device
    settings: Settings
    survey: Survey
    panel: Panel
    opening: OpeningHours | None
    """None: always open."""


def options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("floorpulse kiosk", description=ABOUT)
    parser.add_argument("--config", type=Path, help="the device's TOML")
    parser.add_argument("--size", type=_size, default=(1280, 800), help="window or panel in pixels, e.g. 800x480")
    parser.add_argument("--fullscreen", action="store_true", help="fill the panel; no way out by keys")
    parser.add_argument("--shoppers", metavar="-", choices=["-"], help="take touches from standard input, as JSON")
    parser.add_argument("--screenshot", type=Path, metavar="FILE", help="write the first frame as PNG, and end")
    parser.add_argument("--hash-pin", action="store_true", help="ask for the staff's PIN; print what [kiosk] pin holds")
    given = parser.parse_args(argv)
    if given.config is None and not given.hash_pin:
        parser.error("the following arguments are required: --config")
    return given


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and 320 <= min(int(width), int(height)) <= 8192):
        raise argparse.ArgumentTypeError(
            f"a panel is written 1280x800, with at least 320 pixels each way, not {text!r}"
        )
    return int(width), int(height)


def read_plan(given: argparse.Namespace) -> Plan:
    """ConfigError names what is missing or wrong."""
    tables = load(given.config)
    if "device" not in tables:
        raise ConfigError(f"{given.config}: the table [device] is missing")
    device = read(Device, tables["device"], "device")
    settings = read(Settings, tables.get("kiosk", {}), "kiosk")
    survey = read_survey(given.config.parent / settings.survey if settings.survey else BUILT_IN)
    if settings.question:
        survey = survey.asking(settings.question)
    opening = read(Hours, tables["hours"], "hours").opening if "hours" in tables and settings.sleeps else None
    plan = Plan(device, settings, survey, Panel(given.size[0], given.size[1], settings.panel_inches), opening)
    if not given.fullscreen:
        refuse_what_does_not_fit(plan)
    return plan


def refuse_what_does_not_fit(plan: Plan) -> None:
    """ConfigError when a face would be smaller than 20 mm."""
    for question in plan.survey.question:
        if why := too_small(plan.panel, len(question.answers), plan.settings.reach):
            raise ConfigError(f"question {question.name}: {why}")
