"""What a device says of itself on its `status` topic when it comes up: where each of its streams begins."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from events.checks import DecodeError
from events.facts import Stream

LONGEST_STATUS = 10_000
_EPOCH = re.compile(r"[0-9a-f]{12}")


class Beginning(NamedTuple):
    """Nothing of this stream and epoch before `first` will come any more: the device has deleted it."""

    stream: Stream
    epoch: str
    first: int


def beginnings(payload: bytes) -> list[Beginning]:
    """Of each stream in `{"streams": {stream: {"epoch", "first"}}}`; none in a will, or in a birth without them.

    DecodeError when it is no status at all, and nothing of it is believed.
    """
    try:
        if len(payload) > LONGEST_STATUS:
            raise ValueError(f"{len(payload)} bytes are too many")
        return list(_read(json.loads(payload).get("streams", {})))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DecodeError(f"not the status of a device: {error}") from error


def _read(streams: dict[str, Any]) -> Iterator[Beginning]:
    for name, said in streams.items():
        epoch, first = said["epoch"], said["first"]
        if not _EPOCH.fullmatch(epoch) or type(first) is not int or not 1 <= first <= 10**18:
            raise ValueError(f"stream {name} begins nowhere: {said!r:.80}")
        yield Beginning(Stream(name), epoch, first)
