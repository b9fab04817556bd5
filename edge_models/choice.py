"""The model that was chosen for this machine; a camera without one in its settings takes it before any other."""

import contextlib
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from edge_models import cache
from edge_models.errors import ModelError, ModelMismatch, ModelUnavailable

FILE = "chosen.json"


@dataclass(frozen=True, slots=True)
class Choice:
    """A file and its hash: what was tested is what will run."""

    name: str
    file: str
    sha256: str

    def path(self) -> Path:
        """The file, unchanged since it was chosen."""
        path = Path(self.file)
        if not path.is_file():
            raise ModelUnavailable(f"the chosen model {self.name} is gone from {self.file}")
        if _digest(path) != self.sha256:
            raise ModelMismatch(f"the chosen model {self.name} has changed since it was chosen, and is not used")
        return path


def choose(name: str, path: Path) -> Choice:
    """From now on this file is the machine's model."""
    choice = Choice(name, str(path.resolve()), _digest(path))
    with cache.workplace() as place:
        fresh = place / FILE
        try:
            fresh.write_text(json.dumps(asdict(choice)), encoding="utf-8")
            fresh.replace(cache.folder() / FILE)
        except OSError as error:
            raise ModelError(f"the choice cannot be kept in {cache.folder()}: {error.strerror}") from error
    return choice


def chosen() -> Choice | None:
    """None where nobody has chosen; a damaged note is no choice."""
    try:
        return Choice(**json.loads((cache.folder() / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def forget() -> None:
    """Back to the best model that is there."""
    with contextlib.suppress(FileNotFoundError):
        (cache.folder() / FILE).unlink()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
