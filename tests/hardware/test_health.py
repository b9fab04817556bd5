"""How the board is, read from files as the kernel writes them."""

import pytest

from hardware.health import BoardHealth, board_health


@pytest.fixture
def system(tmp_path):
    for folder in ("class/thermal/thermal_zone0", "devices/platform/soc/soc:firmware"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def write(system, temperature, throttled):
    (system / "class/thermal/thermal_zone0/temp").write_text(temperature)
    (system / "devices/platform/soc/soc:firmware/get_throttled").write_text(throttled)


@pytest.mark.parametrize(
    ("temperature", "throttled", "health"),
    [
        ("48312\n", "0\n", BoardHealth(48.312, under_voltage=False, throttled=False)),
        ("82000\n", "50005\n", BoardHealth(82.0, under_voltage=True, throttled=True)),
        ("60000\n", "2\n", BoardHealth(60.0, under_voltage=False, throttled=True)),
        ("60000\n", "50000\n", BoardHealth(60.0, under_voltage=False, throttled=False)),  # since boot, not now
    ],
)
def test_heat_and_weak_power_are_told(system, temperature, throttled, health):
    write(system, temperature, throttled)
    assert board_health(system) == health


def test_a_machine_that_cannot_tell_says_so_rather_than_zero(tmp_path, system):
    assert board_health(tmp_path / "elsewhere") == BoardHealth(None, None, None)
    write(system, "hot", "")
    assert board_health(system) == BoardHealth(None, None, None)
