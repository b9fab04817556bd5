"""A small collector that keeps the rules: commit first, then acknowledge; no hole is passed, nothing is taken twice."""

import json
import queue
import sqlite3
import sys
import time
from collections import Counter
from pathlib import Path

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from events.codec import decode
from events.facts import Lost
from events.topics import every

_TABLES = """
CREATE TABLE IF NOT EXISTS event (
    stream TEXT, epoch TEXT, sequence INTEGER, fact TEXT, PRIMARY KEY (stream, epoch, sequence)
);
CREATE TABLE IF NOT EXISTS watermark (stream TEXT, epoch TEXT, sequence INTEGER, PRIMARY KEY (stream, epoch));
"""


class Ledger:
    """What has arrived, once each, in SQLite."""

    def __init__(self, path: Path | str = ":memory:") -> None:
        self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=FULL")
        self.db.executescript(_TABLES)
        self.facts: dict[str, list] = {}
        """The facts of this process's life, in the order in which they were taken, by stream."""
        self.seen = Counter()

    def take(self, payload: bytes) -> dict:
        """The acknowledgement for a batch, after the commit."""
        events = decode(payload)
        stream, epoch = str(events[0].source.stream), events[0].epoch
        self.db.execute("BEGIN IMMEDIATE")
        found = self.db.execute(
            "SELECT sequence FROM watermark WHERE (stream, epoch) = (?, ?)", (stream, epoch)
        ).fetchone()
        watermark = found[0] if found else 0
        for event in events:
            first = event.fact.first if isinstance(event.fact, Lost) else event.sequence
            if event.sequence <= watermark:
                self.seen["duplicates"] += 1
            elif first > watermark + 1:
                self.seen["gaps"] += 1
                break
            else:
                self.db.execute(
                    "INSERT INTO event VALUES (?, ?, ?, ?)", (stream, epoch, event.sequence, repr(event.fact))
                )
                self.facts.setdefault(stream, []).append(event.fact)
                watermark = event.sequence
        self.db.execute("INSERT OR REPLACE INTO watermark VALUES (?, ?, ?)", (stream, epoch, watermark))
        self.db.execute("COMMIT")
        return {"epoch": epoch, "stream": stream, "sequence": watermark}

    def close(self) -> None:
        self.db.close()


def serve(path: Path, port: int) -> None:
    """Until killed: takes batches from a broker, commits, acknowledges to the device, then to the broker."""
    ledger, batches = Ledger(path), queue.SimpleQueue()
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="collector", protocol=MQTTProtocolVersion.MQTTv5)
    client.manual_ack_set(True)
    client.reconnect_delay_set(1, 1)
    client.on_connect = lambda *_: client.subscribe(every("up"), 1)
    client.on_message = lambda _client, _data, message: batches.put(message)
    while True:
        try:
            client.connect("127.0.0.1", port, keepalive=5)
            break
        except OSError:
            time.sleep(0.1)
    client.loop_start()
    while True:
        message = batches.get()
        ack = ledger.take(message.payload)
        client.publish(message.topic.removesuffix("up") + "ack", json.dumps(ack), 1)
        client.ack(message.mid, message.qos)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
