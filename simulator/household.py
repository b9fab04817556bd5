"""The devices of the demo's live store, wired to simulated shoppers by pipes as a shop's are by wires."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from events.facts import DeviceId
from events.site import Plan, Store
from simulator.devices import device_tomls
from simulator.plan import DOOR_CAMERA, EXIT_KIOSK
from simulator.processes import Processes
from simulator.staging import StageError, floorpulse, run

POLITELY = ("nice", "-n", "10")
"""On a small machine a face must still answer a finger at once; cameras and simulated shoppers can wait."""
FILMED = """
[[camera.line]]
name = "door"
role = "door"
a = [0.5, 0.15]
b = [0.5, 1.0]

[[camera.zone]]
name = "entrance"
kind = "display"
polygon = [[0.25, 0.2], [0.75, 0.2], [0.75, 0.95], [0.25, 0.95]]
"""
"""What the door camera counts on footage that we know nothing about: who crosses its middle, who stays around it."""


@dataclass(frozen=True)
class Household:
    """All devices of one store in one folder."""

    plan: Plan
    store: Store
    folder: Path
    broker_port: int
    centre_key: Path
    """What the centre's configurations and commands are signed with is checked with this."""
    video: Path | None = None

    def start(self, processes: Processes, at_end: Callable[..., object]) -> None:
        """Write the TOMLs, then start the services of each device and the shoppers; `at_end` is told what to close."""
        self.folder.mkdir(parents=True, exist_ok=True)
        tomls = device_tomls(self.plan, self.store, self.folder, self.broker_port, centre_key=self.centre_key)
        live = ["simulate", "live", "--plan", "demo", "--truth", str(self.folder / "truth.jsonl")]
        for device, text in tomls.items():
            text = self._filmed(text) if self.video and device == DOOR_CAMERA else text
            config = self.folder / f"{device}.toml"
            config.write_text(text, encoding="utf-8")
            run("sync", "create", "--config", str(config), failing=f"the outbox of {device} could not be made")
            processes.start(f"{device}-sync", *floorpulse("sync", "--config", str(config)))
            live += self._serve(device, text, config, processes, at_end)
        processes.start("shoppers", *POLITELY, *floorpulse(*live))

    def _serve(
        self, device: DeviceId, text: str, config: Path, processes: Processes, at_end: Callable[..., object]
    ) -> list[str]:
        """The service that the tables of the TOML ask for, and how the simulated shoppers reach it."""
        if "[camera]" in text:
            return self._camera(device, text, config, processes)
        pipe, stdin = self._pipe(device, at_end)
        if "[kiosk]" in text:
            return self._kiosk(device, config, processes, pipe, stdin)
        processes.start(device, *floorpulse("sensors", "rooms", "--config", str(config), "--moves", "-"), stdin=stdin)
        return ["--moves", str(pipe)]

    def _kiosk(self, device: DeviceId, config: Path, processes: Processes, pipe: Path, stdin: int) -> list[str]:
        """Offscreen and tapped by simulated shoppers; the one at the way out is yours where there is a display."""
        command = floorpulse("kiosk", "--config", str(config), "--size", "1024x640")
        home = str(self.folder / "kivy")
        if device == EXIT_KIOSK and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            processes.start(device, *command, KIVY_HOME=home)
            return []
        processes.start(device, *command, "--shoppers", "-", stdin=stdin, KIVY_HOME=home, SDL_VIDEODRIVER="offscreen")
        return ["--presses", f"{device}={pipe}"]

    def _camera(self, device: DeviceId, text: str, config: Path, processes: Processes) -> list[str]:
        frames = self.folder / f"{device}.frames"
        frames.unlink(missing_ok=True)
        os.mkfifo(frames)
        processes.start(device, *POLITELY, *floorpulse("sensors", "camera", "--config", str(config)))
        return ["--frames", f"{device}={frames}"] if "pipe:" in text else []

    def _pipe(self, device: DeviceId, at_end: Callable[..., object]) -> tuple[Path, int]:
        """A named pipe, and a descriptor that keeps it open however often its reader and writer begin again."""
        pipe = self.folder / f"{device}.presses"
        pipe.unlink(missing_ok=True)
        os.mkfifo(pipe)
        descriptor = os.open(pipe, os.O_RDWR)
        at_end(os.close, descriptor)
        return pipe, descriptor

    def _filmed(self, text: str) -> str:
        """The door camera's TOML with the footage as its source and lines that need no knowledge of the place."""
        head = text[: text.index("[camera]")]
        source = str(self.video.resolve()) if self.video else ""
        if '"' in source or "\\" in source:
            raise StageError(f"{source}: a name with quotes cannot be written into a TOML")
        return f'{head}[camera]\nfps = 5\nview = "door"\nloop = true\nsource = "{source}"\n{FILMED}'
