"""Where the eyes are wired: `floorpulse watch CLIP`, `floorpulse sensors camera | rooms | marker`."""

import logging
import sqlite3
import sys
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from events.codec import now_utc
from events.facts import EventId, GroupName, RoomName
from sensors.rooms_service import RoomsService
from sensors.watching import Detector

if TYPE_CHECKING:
    from sync.inbox import Inbox

Arguments = list[str]

USAGE = """usage: floorpulse sensors camera | rooms | marker [--help]

  camera   count the people that a camera sees, and record what may be said of them
  rooms    turn doors, presence and call buttons of the fitting rooms into summaries and calls
  marker   draw the marker that all staff wear, to be printed: who wears it is counted nowhere"""


def main(argv: Arguments) -> int:
    """One service of the eyes, or their marker; exit status 0 when it ended as asked."""
    services = {"camera": camera, "rooms": rooms, "marker": marker}
    name, rest = (argv[:1] or ["--help"])[0], argv[1:]
    if name in ("-h", "--help"):
        print(USAGE)
        return 0
    if name not in services:
        sys.exit(f"floorpulse sensors: there is no service {name!r}; it is camera, rooms or marker")
    return services[name](rest)


# ---- rooms ----------------------------------------------------------------------------------------------------------


def rooms(argv: Arguments) -> int:
    """The fitting rooms' service; runs until SIGTERM or Ctrl-C."""
    from hardware.board import Board
    from hardware.inputs import Inputs
    from hardware.lights import Light
    from hardware.watchdog import Watchdog
    from sensors import rooms_command as command
    from sensors.rooms_mail import Mail
    from sync.inbox import Inbox
    from sync.outbox import open_outbox

    options = command.options(argv)
    logging.basicConfig(format=f"{command.NAME}: %(message)s", level=logging.INFO)
    try:
        setup = command.read_setup(options.config)
        with (
            command.until_stopped() as stopped,
            open_outbox(setup.device) as outbox,
            Board.simulated() if options.moves else Board.open() as board,
        ):
            inputs, set_light = Inputs(board), command.light_switch(setup.rooms, partial(Light, board))
            now = monotonic()
            inbox = Inbox(setup.device.state)
            tell = partial(_tell_kiosk, inbox)
            service = RoomsService(setup.rooms, setup.opening, outbox.add_many, set_light, now, now_utc(), tell)
            command.wire(service, setup.rooms, inputs, now)
            if options.moves:
                command.follow_moves(board.move)
            command.serve(service, inputs, Watchdog(), stopped, Mail(inbox.poll))
    except (ValueError, OSError) as error:
        sys.exit(f"{command.NAME}: {error}")
    return 0


def _tell_kiosk(inbox: "Inbox", group: GroupName, room: RoomName, call: EventId, state: str) -> None:
    """A kiosk that does not hear it asks its shopper to go to the till; the call itself is safe."""
    from sensors.rooms_mail import CALLS, message

    try:
        inbox.put(CALLS, message(group, room, call, state))
    except sqlite3.Error as error:
        logging.warning("the kiosk could not be told of a call: %s", error)


# ---- camera ---------------------------------------------------------------------------------------------------------


def camera(argv: Arguments) -> int:
    """The camera's service; runs until SIGTERM, Ctrl-C or the end of footage that does not loop."""
    import cv2

    from edge_models import ModelError
    from hardware.watchdog import Watchdog
    from sensors import camera_command as command
    from sensors.camera_service import CameraService, World
    from sensors.frames import open_source
    from sensors.rooms_command import until_stopped
    from sync.inbox import Inbox
    from sync.outbox import open_outbox

    options, watchdog = command.service_options(argv), Watchdog()
    cv2.setNumThreads(1)  # more would only wait for each other on small pictures
    logging.basicConfig(format=f"{command.SERVICE}: %(message)s", level=logging.INFO)
    try:
        setup = command.read_setup(options.config)
        eyes, detector = setup.camera, _detector(setup.camera.model, setup.camera.fps, offline=True)
        with until_stopped() as stopped, open_outbox(setup.device) as outbox:
            source = partial(open_source, eyes.source, eyes.fps, eyes.loop, stopped.wait, eyes.password_file)
            landmarks = command.KeptLandmarks(setup.device.state, eyes)
            world = World(
                *(source, outbox.add_many, monotonic, now_utc, stopped.wait, logging.info, watchdog.alive),
                *(landmarks.read, landmarks.write, Inbox(setup.device.state).poll),
                command.Messenger(setup.device.results).tell,
            )
            watchdog.ready()
            CameraService(eyes, setup.opening, detector, world).run()
            watchdog.stopping()
    except (ValueError, OSError, ModelError) as error:
        command.fail(command.SERVICE, error)
    return 0


def marker(argv: Arguments) -> int:
    """Draws the staff's marker."""
    from sensors import camera_command
    from sensors import marker_command as command

    try:
        command.write_sheet(command.options(argv))
    except ValueError as error:
        camera_command.fail(command.NAME, error)
    return 0


def watch(argv: Arguments) -> int:
    """Counts the people in a clip."""
    from edge_models import ModelError
    from sensors import camera_command as command
    from sensors.frames import CameraLost, Clip
    from sensors.site_file import read_site

    options = command.watch_options(argv)
    try:
        site = read_site(options.site)
        clip = Clip(options.clip, site.fps)
        detector = _detector(options.model or site.model, site.fps, offline=False)
        command.show(command.watched(clip, detector, site), options.json)
    except (ValueError, OSError, ModelError, CameraLost) as error:
        command.fail(command.WATCH, error)
    return 0


def zones(argv: Arguments) -> int:
    """Draws lines and zones on the floor of a clip or a camera."""
    from threading import Event

    from edge_models import ModelError
    from sensors import camera_command
    from sensors import zones_command as command
    from sensors.frames import CameraLost, Clip, open_source

    options = command.options(argv)
    try:
        detector = _detector(options.model, command.FPS, offline=False)
        source = (
            Clip(options.video, command.FPS)
            if options.video
            else open_source(options.camera, command.FPS, False, Event().wait)
        )
        floor, note = command.floor_of(source.frames(), detector.detect)
        source.close()
        page = command.Page(options.site, command.picture_of(floor), note)
        page.layout()
        command.serve(page, options.port, partial(command.tell, options.json))
    except (ValueError, OSError, ModelError, CameraLost) as error:
        camera_command.fail(command.NAME, error)
    return 0


def _detector(model: str, fps: float, offline: bool) -> Detector:
    """The detector of that name or file, or the best there is; a camera's process has no network.

    It rests while nothing moves; background subtraction never does, as it learns from every picture.
    """
    from edge_models import default_detector, open_detector
    from sensors.sparing import Sparing

    if model:
        detector: Detector = open_detector(model)
    else:
        detector, why = default_detector(offline=offline)
        logging.info(why)
    return detector if detector.counts_only else Sparing(detector, fps)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
