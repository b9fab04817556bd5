"""Opens messages: all that can be known of them before the store is asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from central.births import Beginning, beginnings
from central.quick_json import loads
from events.checks import DecodeError
from events.codec import Refused, decode
from events.envelope import Event
from events.topics import Address

Message = tuple[str, bytes]
"""Topic and payload."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A message, and what it says: members of a batch, or where streams begin; else `why` it is refused."""

    topic: str
    payload: bytes
    address: Address | None = None
    members: Sequence[Event | Refused] = ()
    beginnings: Sequence[Beginning] = ()
    why: str = ""


def opened(topic: str, payload: bytes) -> Opened:
    """Never an error: what is no message of a device is opened as refused."""
    try:
        address = Address.of(topic)
        if topic == address.topic("status"):
            return Opened(topic, payload, address, beginnings=beginnings(payload))
        if topic != address.topic("up"):
            raise ValueError(f"batches arrive on the topic `up`, not on {topic[:120]!r}")
        return Opened(topic, payload, address, members=decode(payload, loads))
    except (DecodeError, ValueError) as error:
        return Opened(topic, payload, why=str(error))
