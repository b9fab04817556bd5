"""Where the centre keeps what it was told: a ledger of facts, and roll-ups that reports read."""

from central.store.engine import Store, open_store

__all__ = ["Store", "open_store"]
