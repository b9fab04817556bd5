"""History from batch files: lines of JSON `{"topic": .., "payload": base64}`, taken as if they had come over MQTT."""

import base64
import binascii
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from central.collector import Collector, Message
from central.store import Store
from central.store.reading import counts
from events.settings import ConfigError

BATCHES_PER_COMMIT = 150


@dataclass(frozen=True)
class Loaded:
    """What a file held: facts new to the store, and members that were not taken."""

    batches: int
    facts: int
    duplicates: int
    gaps: int
    lost: int
    quarantined: int
    seconds: float

    @property
    def facts_per_second(self) -> float:
        return self.facts / self.seconds if self.seconds else 0.0


def load(store: Store, path: Path, progress: Callable[[int, int], None] = lambda done, total: None) -> Loaded:
    """Take a whole file; `progress` is told bytes done and bytes in all.

    ConfigError names the first line that is no batch; what came before it is stored, and loading again is harmless.
    """
    collector, before, start, batches = Collector(store), counts(store), time.monotonic(), 0
    for group, done in _groups(path):
        collector.take_many(group, datetime.now(UTC))
        batches += len(group)
        progress(done, path.stat().st_size)
    after, seconds = counts(store), time.monotonic() - start
    return Loaded(batches, **{name: after[name] - before[name] for name in after}, seconds=seconds)


def _groups(path: Path) -> Iterator[tuple[list[Message], int]]:
    """Messages for one commit each, and how many bytes have been read."""
    group, done = [], 0
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                group.append(_message(line, f"{path}, line {number}"))
                done += len(line)
                if len(group) == BATCHES_PER_COMMIT:
                    yield group, done
                    group = []
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    if group:
        yield group, done


def _message(line: bytes, where: str) -> Message:
    try:
        item = json.loads(line)
        topic, payload = item["topic"], base64.b64decode(item["payload"], validate=True)
    except (ValueError, TypeError, KeyError, binascii.Error):
        raise ConfigError(f'{where}: not a line {{"topic": .., "payload": base64}}') from None
    if not isinstance(topic, str):
        raise ConfigError(f"{where}: the topic is no text")
    return topic, payload
