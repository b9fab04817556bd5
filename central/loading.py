"""History from batch files: lines of JSON `{"topic": .., "payload": base64}`, taken as if they had come over MQTT."""

import base64
import binascii
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from central.collector import Collector
from central.opening import Message
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
    """Take a whole file; `progress` is told bytes read and bytes in all.

    ConfigError names the first line that is no batch; what came before it is stored, and loading again is harmless.
    """
    before, start = counts(store), time.monotonic()
    batches = take_groups(Collector(store), _groups(path, progress), lambda: datetime.now(UTC))
    after, seconds = counts(store), time.monotonic() - start
    return Loaded(batches, **{name: after[name] - before[name] for name in after}, seconds=seconds)


def take_groups(collector: Collector, groups: Iterable[Sequence[Message]], clock: Callable[[], datetime]) -> int:
    """A commit for each group. Returns the number of messages."""
    taken = 0
    for group in groups:
        collector.take_many(group, clock())
        taken += len(group)
    return taken


def _groups(path: Path, progress: Callable[[int, int], None]) -> Iterator[list[Message]]:
    """Messages for one commit each."""
    group, done, total = list[Message](), 0, path.stat().st_size if path.exists() else 0
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                group.append(_message(line, f"{path}, line {number}"))
                done += len(line)
                if len(group) == BATCHES_PER_COMMIT:
                    yield group
                    progress(done, total)
                    group = []
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    if group:
        yield group
        progress(done, total)


def _message(line: bytes, where: str) -> Message:
    try:
        item = json.loads(line)
        topic, payload = item["topic"], base64.b64decode(item["payload"], validate=True)
    except (ValueError, TypeError, KeyError, binascii.Error):
        raise ConfigError(f'{where}: not a line {{"topic": .., "payload": base64}}') from None
    if not isinstance(topic, str):
        raise ConfigError(f"{where}: the topic is no text")
    return topic, payload
