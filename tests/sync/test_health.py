from sync.health import read_health
from sync.outbox import Backlog


def machine_with(tmp_path, temperature: str | None):
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/uptime").write_text("350.25 600.00\n")
    (tmp_path / "proc/meminfo").write_text("MemTotal: 948304 kB\nMemFree: 1000 kB\nMemAvailable: 512000 kB\n")
    zone = tmp_path / "sys/class/thermal/thermal_zone0"
    zone.mkdir(parents=True)
    if temperature:
        (zone / "temp").write_text(temperature)
    return tmp_path


def test_a_report_speaks_of_this_machine_and_of_what_waits(tmp_path):
    machine = machine_with(tmp_path, "48312\n")
    health = read_health(tmp_path / "device.db", Backlog(3, 40), 2, machine)
    assert (health.uptime_seconds, health.memory_free_mb, health.temperature_c) == (350.25, 500, 48.312)
    assert (health.backlog, health.unrecorded_taps) == (43, 2)
    assert health.disk_free_mb > 0


def test_a_machine_without_a_thermometer_reports_no_temperature_rather_than_zero(tmp_path):
    machine = machine_with(tmp_path, None)
    assert read_health(tmp_path / "device.db", Backlog(0, 0), 0, machine).temperature_c is None


def test_the_machine_that_runs_the_tests_can_be_read(tmp_path):
    health = read_health(tmp_path / "device.db", Backlog(0, 0), 0)
    assert health.memory_free_mb > 0
    assert health.uptime_seconds > 0
