"""Topic names: who speaks to whom over MQTT."""

import re
from dataclasses import dataclass
from typing import Self
from zlib import crc32

from events.facts import DeviceId, StoreId, TenantId

VERSION = "v1"
SHARDS = 64
_SEGMENT = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def shard_of(store: StoreId) -> str:
    """The collector shard of a store, stable for ever."""
    return str(crc32(store.encode()) % SHARDS)


def is_segment(text: str) -> bool:
    """Whether a tenant, store or device id may stand in a topic."""
    return bool(_SEGMENT.fullmatch(text))


@dataclass(frozen=True, slots=True)
class Address:
    """One device's place in the tree of topics."""

    tenant: TenantId
    store: StoreId
    device: DeviceId

    def __post_init__(self) -> None:
        for text in (self.tenant, self.store, self.device):
            if not is_segment(text):
                raise ValueError(f"{text!r} is no id: small letters, digits, - and _, at most 40")

    def topic(self, leaf: str) -> str:
        """E.g. `up`, `ack`, `status`, `cfg/des`."""
        return f"{VERSION}/{self.tenant}/{shard_of(self.store)}/{self.store}/{self.device}/{leaf}"

    @classmethod
    def of(cls, topic: str) -> Self:
        """The device that a topic belongs to; ValueError when it is no device's topic."""
        parts = topic.split("/", 5)
        if len(parts) != 6 or parts[0] != VERSION or parts[2] != shard_of(StoreId(parts[3])):
            raise ValueError(f"not a device topic: {topic[:120]!r}")
        return cls(TenantId(parts[1]), StoreId(parts[3]), DeviceId(parts[4]))


def collector_status(tenant: TenantId, shard: str) -> str:
    """Retained: `on` or `off`; devices pause, not drop, while it is off."""
    return f"{VERSION}/{tenant}/{shard}/_collector/status"


def every(leaf: str, tenant: str = "+", shard: str = "+") -> str:
    """The subscription for one leaf of all devices."""
    return f"{VERSION}/{tenant}/{shard}/+/+/{leaf}"
