"""Shows on standard error how far a fetch is, where someone watches."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich import progress
from rich.console import Console


@contextmanager
def bar(name: str) -> Iterator[Callable[[int, int], None]]:
    """A bar for one model; it is told the bytes so far and in all, and vanishes afterwards."""
    console = Console(stderr=True)
    columns = progress.TextColumn("{task.description}"), progress.BarColumn(), progress.DownloadColumn()
    with progress.Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task(f"fetching {name}", total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)
