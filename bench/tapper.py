"""A kiosk's recorder as a process that can be killed: `python -m bench.tapper device.toml THANKED RATE`."""

import sys
import time
from itertools import count
from pathlib import Path

from bench.misfortune import tap
from sync.outbox import open_outbox
from sync.settings import load


def record(config: Path, thanked: Path, rate: float) -> None:
    """Until killed; each tap's number is written down after its commit, as a shopper would be thanked."""
    device, _ = load(config)
    due = time.monotonic()
    first = int(due * 1000)  # at less than one a millisecond, no life of this process repeats another's numbers
    with open_outbox(device) as outbox, thanked.open("a", buffering=1) as book:
        for number in count(first):
            outbox.add(tap(number))
            book.write(f"{number}\n")
            due += 1 / rate
            time.sleep(max(0.0, due - time.monotonic()))


if __name__ == "__main__":
    record(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))
