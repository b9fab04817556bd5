"""What goes wrong with devices in real shops, so that the reports' quality flags have something to show."""

from random import Random

from events.facts import DeviceId
from events.site import Store
from simulator.facts import Trouble, device_ids
from simulator.truth import Truth

HOUR = 3600.0
RARE = 0.025


def troubles_of(store: Store, truth: Truth, seed: int | str, days_ago: int) -> list[Trouble]:
    """Now and then a camera is covered for an afternoon or a device silent for two hours; lately in two places."""
    dice = Random(f"{seed}/{store.id}/{truth.day}/trouble")
    cameras = sorted({line.device for line in store.lines})
    found = []
    if cameras and (dice.random() < RARE or (store.id == "avenida" and days_ago == 2)):
        found.append(_in_the_afternoon(cameras[-1], truth, 3.5, silent=False))
    if dice.random() < RARE or (store.id == "arcade" and days_ago == 1):
        found.append(_in_the_afternoon(dice.choice(device_ids(store)), truth, 2.0, silent=True))
    return found


def _in_the_afternoon(device: DeviceId, truth: Truth, hours: float, silent: bool) -> Trouble:
    start = truth.seconds * 0.4
    return Trouble(device, start, start + hours * HOUR, silent)
