"""Any process may be killed at any moment: every thanked tap arrives, and arrives once."""

import json
import os
import random
import signal
import time
from threading import Thread

from tests.journey.shop import Shop, eventually, shop

KILLS = 12


def test_every_thanked_tap_arrives_exactly_once_though_every_process_is_killed(tmp_path):
    dice = random.Random(5)
    reading, writing = os.pipe()
    with shop(tmp_path) as corner:
        corner.kiosk("--shoppers", "-", stdin=reading, SDL_VIDEODRIVER="offscreen")
        assert eventually(lambda: _thanked(corner) or _press(writing), seconds=60)
        shopping = [True]
        shopper = Thread(target=_shop_on, args=(writing, shopping))
        shopper.start()
        for _ in range(KILLS):
            time.sleep(dice.uniform(0.5, 2.0))
            name = dice.choice(["broker", "central", "sync", "kiosk"])
            os.kill(corner.processes.running()[name], signal.SIGKILL)
            assert eventually(lambda: corner.processes.revive())
        shopping[0] = False
        shopper.join()
        assert eventually(lambda: _thanked(corner) <= set(corner.taps_at_the_centre()), seconds=60)
        arrived = corner.taps_at_the_centre()
        assert len(_thanked(corner)) >= KILLS // 2
        assert len(arrived) == len(set(arrived))
    os.close(reading)
    os.close(writing)


def _thanked(corner: Shop) -> set[str]:
    """The taps that the kiosk called safe, over all its lives: thanked, or kept though they came too soon."""
    log = (corner.folder / "logs" / "kiosk.log").read_text(errors="replace")
    said = [json.loads(line) for line in log.splitlines() if line.startswith(('{"thanked"', '{"kept"'))]
    return {tap for line in said for tap in line.values()}


def _press(writing: int) -> bool:
    """A face, a reason, and a touch that ends the thanks."""
    for act in ({"press": 4}, {"reason": "service"}, {"x": 0.5, "y": 0.99}):
        os.write(writing, json.dumps(act).encode() + b"\n")
        time.sleep(0.15)
    return False


def _shop_on(writing: int, shopping: list[bool]) -> None:
    while shopping[0]:
        _press(writing)
