"""`floorpulse units`: writes the services of a device as units for its systemd."""

import argparse
import json
import sys
from pathlib import Path

from events import settings
from events.settings import ConfigError
from sync.units import MARK, MODELS, Place, units

DESCRIPTION = "Write the systemd units of a device's parts, each in its own sandbox, and their users."


def main(argv: list[str] | None = None) -> int:
    """Exit status 0, or one sentence on standard error and 1."""
    options = _options(argv)
    try:
        texts = units(settings.load(options.config), Place(options.config.absolute(), options.python, options.models))
        _write(options.into, texts)
    except ConfigError as error:
        sys.exit(f"floorpulse units: {error}")
    print(json.dumps({"files": sorted(texts)}) if options.json else _what_to_do(options.into, texts))
    return 0


def _write(folder: Path, texts: dict[str, str]) -> None:
    """Files that somebody else wrote are left alone: nothing is written then."""
    paths = {folder / name: text for name, text in texts.items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in paths:
            if path.exists() and not path.read_text(encoding="utf-8", errors="replace").startswith(MARK):
                raise ConfigError(f"{path} was not written by floorpulse; move it away first")
        for path, text in paths.items():
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{folder} cannot be written: {error.strerror}") from error


def _what_to_do(folder: Path, texts: dict[str, str]) -> str:
    services = " ".join(sorted(Path(name).stem for name, text in texts.items() if "[Install]" in text))
    return f"""{len(texts)} files written. On the device, as root:
  install -D -m 644 -t /etc/sysusers.d {folder}/floorpulse.conf && systemd-sysusers
  install -D -m 644 -t /etc/systemd/system {folder}/*.service && systemctl daemon-reload
  systemctl enable --now {services}"""


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="floorpulse units", description=DESCRIPTION)
    add = parser.add_argument
    add("--config", type=Path, required=True, metavar="device.toml", help="the device's settings, where they will lie")
    add("--into", type=Path, required=True, metavar="DIR", help="the folder that the files are written into")
    python = Path(sys.executable)
    add("--python", type=Path, default=python, help="of the environment on the device; default: this one")
    add("--models", type=Path, default=MODELS, help=f"where the detectors lie, as FLOORPULSE_CACHE; default: {MODELS}")
    add("--json", action="store_true", help="print the names of the files as one JSON object")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
