"""What the kiosk itself says, in each language it speaks."""

import re
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache
from pathlib import Path

from events import settings

_FILE = Path(__file__).with_name("words.toml")


class Direction(StrEnum):
    LTR = "ltr"
    RTL = "rtl"


class Script(StrEnum):
    """ISO 15924; decides the font and how letters are joined."""

    LATIN = "Latn"
    ARABIC = "Arab"
    DEVANAGARI = "Deva"


@dataclass(frozen=True)
class Words:
    name: str
    """Of the language, in the language."""
    thanks: str
    thanks_more: str
    sorry: str
    sorry_more: str
    skip: str
    receipt: str
    receipt_title: str
    receipt_lines: tuple[str, ...]
    receipt_last: str
    """With `{answer}` and `{time}`."""
    receipt_none: str
    close: str
    back: str
    speak: str
    news: str
    news_said: str
    news_did: str
    help: str
    help_asking: str
    help_asked: str
    help_asked_more: str
    help_escalated: str
    help_escalated_more: str
    help_coming: str
    help_coming_more: str
    help_answered: str
    help_answered_more: str
    help_withdrawn: str
    help_withdrawn_more: str
    help_away: str
    help_away_more: str
    help_failed: str
    help_failed_more: str
    withdraw: str
    closed: str
    closed_opens: str
    """With `{day}` and `{time}`."""
    closed_more: str
    today: str
    tomorrow: str
    days: tuple[str, ...]
    """Monday first."""
    out_of_service: str
    out_of_service_more: str
    pin: str
    pin_wrong: str
    pin_wait: str
    """With `{minutes}`."""
    erase: str
    staff: str
    staff_device: str
    staff_version: str
    staff_backlog: str
    staff_sync: str
    staff_health: str
    staff_survey: str
    well: str
    """The health of a device that has nothing to complain of."""
    never: str
    test_tap: str
    clean: str
    cleaning: str
    cleaning_more: str
    direction: Direction = Direction.LTR
    script: Script = Script.LATIN

    @property
    def everything(self) -> str:
        """Every letter that may be shown, digits and clock times included."""
        values = [getattr(self, item.name) for item in fields(self) if item.name not in ("direction", "script")]
        texts = [text for value in values for text in (value if isinstance(value, tuple) else (value,))]
        return re.sub(r"{\w+}", "0123456789:", " ".join(texts))


@cache
def read_words() -> dict[str, Words]:
    """Language code -> words."""
    return {code: settings.read(Words, table, f"words.{code}") for code, table in settings.load(_FILE).items()}
