"""Which detector to use where nobody has chosen one."""

from edge_models import cache
from edge_models.background import Background
from edge_models.catalogue import CATALOGUE, OWN, Entry
from edge_models.choice import chosen
from edge_models.detector import Detector, from_file
from edge_models.errors import ModelError
from edge_models.fetch import obtain
from edge_models.progress import bar

PATIENCE_SECONDS = 8.0
"""For a server that says nothing, when there is another model to turn to."""


def default_detector(threads: int = 1, offline: bool = False) -> tuple[Detector, str]:
    """The best detector to be had, and a sentence on why it is this one.

    The one that was chosen here goes before all others, and a model that is here already before one that must be
    fetched, with a bar on standard error. Where none can be fetched it is our own, which is always here; background
    subtraction comes last.
    """
    reasons: list[str] = []
    if detector := _chosen(threads, reasons):
        return detector, f"{detector.name} was chosen for this machine"
    others = [entry for entry in CATALOGUE.values() if entry is not OWN]
    for entry in others:
        if detector := _from_cache(entry, threads, reasons):
            return detector, _sentence(f"{entry.name} is on this machine", reasons)
    for entry in () if offline else others:
        if detector := _fetched(entry, threads, reasons):
            return detector, _sentence(f"{entry.name} was fetched", reasons)
    if detector := _from_cache(OWN, threads, reasons):
        return detector, _sentence("our own model, which came with floorpulse", reasons)
    return Background(), f"background subtraction, which counts lines but measures no stays: {'; '.join(reasons)}"


def _chosen(threads: int, reasons: list[str]) -> Detector | None:
    choice = chosen()
    try:
        return from_file(choice.name, choice.path(), threads) if choice else None
    except ModelError as reason:
        reasons.append(str(reason))
        return None


def _from_cache(entry: Entry, threads: int, reasons: list[str]) -> Detector | None:
    try:
        path = cache.find(entry)
        return from_file(entry.name, path, threads) if path else None
    except ModelError as reason:
        reasons.append(str(reason))
        return None


def _fetched(entry: Entry, threads: int, reasons: list[str]) -> Detector | None:
    try:
        with bar(entry.name) as progress:
            path = obtain(entry, progress, PATIENCE_SECONDS)
        return from_file(entry.name, path, threads)
    except ModelError as reason:
        reasons.append(str(reason))
        return None


def _sentence(choice: str, reasons: list[str]) -> str:
    return f"{choice} ({'; '.join(reasons)})" if reasons else choice
