"""The survey of a file; without one, the survey that every kiosk knows."""

import json
from pathlib import Path
from typing import Any

from events import settings
from events.settings import ConfigError
from events.survey import BUILT_IN, Survey, survey_from

__all__ = ["BUILT_IN", "read_survey"]


def read_survey(path: Path = BUILT_IN) -> Survey:
    """A survey from TOML or, when the name ends in .json, JSON; ConfigError says what is wrong with it."""
    return survey_from(_json(path) if path.suffix == ".json" else settings.load(path), path.name)


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: {error}") from error
