"""What the kiosk itself says, in each language it speaks."""

from dataclasses import dataclass
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
    direction: Direction = Direction.LTR
    script: Script = Script.LATIN


@cache
def read_words() -> dict[str, Words]:
    """Language code -> words."""
    return {code: settings.read(Words, table, f"words.{code}") for code, table in settings.load(_FILE).items()}
