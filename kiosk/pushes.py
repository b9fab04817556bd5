"""A survey from the centre: read and checked whole before anything changes, or refused in one sentence."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from events.desired import KIOSK, read_desired
from events.facts import ConfigApplied, Name
from events.settings import ConfigError
from events.survey import Survey, survey_from

LONGEST_WHY = 64


@dataclass(frozen=True)
class Push:
    """What the centre wants of this kiosk."""

    version: int
    body: Mapping[str, Any]

    @property
    def survey(self) -> Survey:
        """ConfigError when there is none, or it says more than a kiosk knows."""
        if unknown := self.body.keys() - {"survey"}:
            raise ConfigError(f"unknown key {min(unknown)!r}")
        return survey_from(self.body.get("survey"))

    def kept(self) -> str:
        """As it is kept for the next start."""
        return json.dumps({"version": self.version, "body": dict(self.body)})


def read_push(text: str) -> Push | None:
    """The kiosk's part of a configuration; None when it says nothing about kiosks. ConfigError when it is none."""
    part = read_desired(text).parts.get(KIOSK)
    return Push(part.version, part.body) if part else None


def kept_push(text: str | None) -> Push | None:
    """The last good one; None when there is none, or it cannot be read any more."""
    try:
        table = json.loads(text or "")
        return Push(int(table["version"]), dict(table["body"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


class Letterbox:
    """Takes each version once. `fits` says why a survey cannot be shown here; None when it can."""

    def __init__(self, fits: Callable[[Survey], str | None], seen: int = -1) -> None:
        self._fits = fits
        self.seen = seen
        """The last version that was looked at, taken or refused."""

    def open(self, text: str) -> tuple[Push, Survey] | ConfigApplied | None:
        """What is to be shown once nobody is there; or the refusal to report; or None when it is nothing new."""
        try:
            push = read_push(text)
        except ConfigError:
            return None  # `sync` has answered for the whole; no part of it is ours to name
        if push is None or push.version <= self.seen:
            return None
        self.seen = push.version
        try:
            survey = push.survey
            why = self._fits(survey)
        except (ConfigError, ValueError) as error:
            why = str(error)
        return refused(push, why) if why else (push, survey)


def applied(push: Push) -> ConfigApplied:
    return ConfigApplied(Name(KIOSK), push.version, True)


def refused(push: Push, why: str) -> ConfigApplied:
    text = "".join(letter if letter.isprintable() else " " for letter in why)
    short = text if len(text) <= LONGEST_WHY else text[: LONGEST_WHY - 1] + "…"
    return ConfigApplied(Name(KIOSK), push.version, False, Name(short))
