"""The rules that keep every tap, each broken on purpose: whoever watches for lost taps must see every one of them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from secrets import token_hex
from typing import Any
from unittest.mock import patch

from bench.misfortune import Violation, World, suffer
from central.collector import Ack, Collector, _take
from central.opening import Message, opened
from central.store import Store, open_store
from central.store.intake import Intake, StreamState
from events.codec import body_of, decode
from events.facts import LossReason, Lost, Stream
from sync import salvage, sharedfile, upkeep
from sync.outbox import Outbox
from sync.salvage import Left, Remains
from sync.sharedfile import write_row

Break = Callable[[], AbstractContextManager[Any]]


def _delete_on_puback() -> AbstractContextManager[Any]:
    honest = World.publish

    def publish(world: World, payload: bytes) -> bool:
        if taken := honest(world, payload):
            last = decode(payload)[-1]
            assert last.source
            world.outbox.remove(last.source.stream, last.epoch, last.sequence)
        return taken

    return patch.object(World, "publish", publish)


def _no_epoch() -> AbstractContextManager[Any]:
    return patch.object(upkeep, "token_hex", lambda size: "00" * size)


@contextmanager
def _no_autoincrement() -> Iterator[None]:
    with (
        patch.object(upkeep, "_OUTBOX", upkeep._OUTBOX.replace("AUTOINCREMENT", "")),
        patch.object(sharedfile, "_LAST", "SELECT ifnull(max(sequence), 0) FROM outbox"),
    ):
        yield


def _watermark_before_commit() -> AbstractContextManager[Any]:
    honest = Collector.take_many

    def take_many(self: Collector, messages: Sequence[Message], now: Any) -> list[Ack]:
        # It says that the facts are safe, and is killed before they are.
        try:
            return honest(self, messages, now)
        except ConnectionAbortedError:
            with self._store.reading() as connection:
                intake = Intake(connection, now)
                return [ack for message in messages for ack in _take(intake, opened(*message))]

    return patch.object(Collector, "take_many", take_many)


def _no_dedupe() -> AbstractContextManager[Any]:
    """Whatever comes is taken for new."""
    honest = Intake.stream

    def stream(self: Intake, source: Any, epoch: str) -> StreamState:
        state = honest(self, source, epoch)
        return StreamState(state.number, state.device, 0)

    return patch.object(Intake, "stream", stream)


def _taps_go_first() -> AbstractContextManager[Any]:
    def drop_oldest(self: Outbox, reason: LossReason) -> bool:
        waiting = self._read(Stream.URGENT, 0, 200)
        if len(waiting) < 2:
            return False
        last = waiting[-1].sequence
        self._db.execute("DELETE FROM outbox_urgent WHERE sequence <= ?", (last,))
        marker = body_of(Lost(waiting[0].sequence, last, reason), self._stamp())
        write_row(self._db, Stream.URGENT, last, marker)
        return True

    return patch.object(Outbox, "_drop_oldest", drop_oldest)


def _moved_file_not_noticed() -> AbstractContextManager[Any]:
    return patch.object(Outbox, "_was_replaced", lambda _: False)


def _salvage_under_a_new_epoch() -> AbstractContextManager[Any]:
    honest = salvage.left_in

    def left_in(path: Path) -> dict[Stream, Left]:
        return {stream: Left(token_hex(6), left.last) for stream, left in honest(path).items()}

    return patch.object(upkeep, "left_in", left_in)


def _holes_not_told() -> AbstractContextManager[Any]:
    def filled(self: Remains, found: list[tuple[int, str]], after: int, end: int) -> Iterator[tuple[int, str]]:
        yield from found

    return patch.object(Remains, "_filled", filled)


BROKEN: dict[str, tuple[Break, str]] = {
    "delete on PUBACK": (_delete_on_puback, "FULL"),
    "commit with NORMAL": (nullcontext, "NORMAL"),
    "no epoch": (_no_epoch, "FULL"),
    "no AUTOINCREMENT": (_no_autoincrement, "FULL"),
    "watermark before commit": (_watermark_before_commit, "FULL"),
    "no dedupe": (_no_dedupe, "FULL"),
    "taps before summaries on a full disk": (_taps_go_first, "FULL"),
    "moved file not noticed": (_moved_file_not_noticed, "FULL"),
    "salvage under a new epoch": (_salvage_under_a_new_epoch, "FULL"),
    "holes of a damaged file not told": (_holes_not_told, "FULL"),
}


def is_caught(rule: str) -> bool:
    with open_store("sqlite://") as store:
        return first_caught(rule, store, range(200)) is not None


def first_caught(rule: str, store: Store, seeds: range) -> int | None:
    """The first seed in whose day the broken rule shows; None when it hides from all of them."""
    break_it, synchronous = BROKEN[rule]
    with break_it():
        for seed in seeds:
            try:
                suffer(seed, store, synchronous)
            except Violation:
                return seed
    return None
