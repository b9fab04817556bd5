"""The systemd units of a device: every part under its own user, in a sandbox that holds what it needs and no more.

Of the other parts' tables only that is read which a sandbox depends on; whether a table is right, its part says itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from re import fullmatch
from typing import Any
from urllib.parse import urlsplit

from events import settings
from events.settings import ConfigError, Device

MARK = "# Written by `floorpulse units`: write it anew instead of changing it."
STATE, MODELS, CREDENTIALS = Path("/var/lib"), Path("/var/cache/floorpulse"), Path("/run/credentials")
HIDDEN = tuple(map(Path, ("/home", "/root", "/run/user", "/tmp", "/var/tmp")))  # noqa: S108 - named, not used
"""What a sandbox does not show."""
FILE = "floorpulse-file"

_UNIT = """{mark}
[Unit]
Description=floorpulse: {words}
{order}
[Service]
{start}
User={unit}
Group=floorpulse
# The shared file belongs to the group: every part reads and writes it.
UMask=0007
WorkingDirectory=/
Environment=FLOORPULSE_CACHE={models}
{own}
{sandbox}"""

_ORDER = """# Wanted, not required: a file that cannot be made today is no reason to show no smileys.
Wants={file}.service
After={file}.service
# However long a camera or a disk is away, the part is tried again.
StartLimitIntervalSec=0
"""

_SANDBOX = """# Everything is read-only, and what is nobody's business is not there.
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateMounts=yes
ProtectProc=invisible
# No ProcSubset=pid: facts carry the boot's id, which lies in /proc/sys.
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
CapabilityBoundingSet=
AmbientCapabilities=
NoNewPrivileges=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
KeyringMode=private
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
"""

_OWN_NETWORK = ("PrivateNetwork=yes", "RestrictAddressFamilies=AF_UNIX", "IPAddressDeny=any")
_NO_DEVICES = ("PrivateDevices=yes", "PrivateUsers=yes", "DevicePolicy=closed")
_GROUPS = ("floorpulse", "audio", "gpio", "input", "render", "video")
_NO_NEW_CODE = "MemoryDenyWriteExecute=yes"


@dataclass(frozen=True)
class Place:
    """Where things lie on the device."""

    config: Path
    python: Path
    """Of the environment that floorpulse is installed in."""
    models: Path = MODELS

    def __post_init__(self) -> None:
        for path in (self.config, self.python, self.models):
            _check_seen(path)
        _check_seen(self.python.resolve())  # an environment's Python is a link to the one it was made with


@dataclass(frozen=True)
class _Part:
    words: str
    command: str
    watchdog_seconds: int
    """0: it does not tell systemd how it is."""
    megabytes: int
    """Beyond these it is ended and started again."""
    own: tuple[str, ...]
    order: str = ""

    def start(self, place: Place) -> Iterator[str]:
        yield "Type=notify" if self.watchdog_seconds else "Type=exec"
        yield f"ExecStart={place.python} -m floorpulse {self.command} --config {place.config}"
        yield from ("Restart=always", "RestartSec=1")
        if self.watchdog_seconds:
            yield f"WatchdogSec={self.watchdog_seconds}"


def units(tables: Mapping[str, Any], place: Place) -> dict[str, str]:
    """Name and text of each file: a unit for each part that has a table, one that makes the shared file, the users.

    ConfigError when a sandbox cannot be drawn around what a table says.
    """
    device = settings.read(Device, tables.get("device", {}), "device")
    state = _folder_of(device)
    parts = {f"floorpulse-{name}": part for name, part in _parts(tables).items()}
    texts = {f"{FILE}.service": _file(place, state)}
    for unit, part in parts.items():
        own = [*part.own, f"ReadWritePaths={state}", f"MemoryMax={part.megabytes}M", "TasksMax=64"]
        own += _credentials(unit, tables, place)
        order = _ORDER.format(file=FILE) + part.order
        text = _text(unit, part.words, place, part.start(place), own, order)
        texts[f"{unit}.service"] = text + "\n[Install]\nWantedBy=multi-user.target\n"
    return texts | {"floorpulse.conf": _users(texts)}


def _parts(tables: Mapping[str, Any]) -> dict[str, _Part]:
    rules = {"camera": _camera, "kiosk": _kiosk, "rooms": _rooms}
    named = {name: rule(tables[name]) for name, rule in rules.items() if name in tables}
    return named | {"sync": _sync(tables.get("sync", {}))}


def _camera(table: Mapping[str, Any]) -> _Part:
    """A camera in the network is the one address that its process reaches; all others have no network at all."""
    source = str(table.get("source", "0"))
    if source.startswith("rtsp"):
        reach = _only(urlsplit(source).hostname or "", "camera.source")
        own = (*reach, *_NO_DEVICES)
    elif source.isdecimal():
        own = (*_OWN_NETWORK, "DevicePolicy=closed", f"DeviceAllow=/dev/video{source} rw", "SupplementaryGroups=video")
    else:
        own = (*_OWN_NETWORK, *_NO_DEVICES)
    polite = ("Nice=5", "CPUWeight=50", "OOMScoreAdjust=300")  # smileys and calls come first
    return _Part("the camera", "sensors camera", 30, 600, (*own, *polite))


def _kiosk(table: Mapping[str, Any]) -> _Part:
    """The screen; its network stays the machine's, for the kernel's news of a panel that is plugged in again."""
    screen = ("char-drm rw", "char-input r", "char-alsa rw", "char-gpiochip rw", "/dev/tty1 rw")
    own = (
        *("RestrictAddressFamilies=AF_UNIX AF_NETLINK", "IPAddressDeny=any", "DevicePolicy=closed"),
        *(f"DeviceAllow={device}" for device in screen),
        *("SupplementaryGroups=video render input audio gpio", "TTYPath=/dev/tty1"),
        *("CPUWeight=500", "OOMScoreAdjust=-200"),
    )
    order = "Conflicts=getty@tty1.service\nAfter=getty@tty1.service\n"
    return _Part("the shopper's screen", "kiosk --fullscreen", 10, 450, own, order)


def _rooms(table: Mapping[str, Any]) -> _Part:
    pins = ("DevicePolicy=closed", "DeviceAllow=char-gpiochip rw", "SupplementaryGroups=gpio")
    return _Part("the fitting rooms", "sensors rooms", 30, 128, (*_OWN_NETWORK, *pins, _NO_NEW_CODE))


def _sync(table: Mapping[str, Any]) -> _Part:
    """The broker alone where it is given by its address; a name may stand for another address tomorrow."""
    broker = str(table.get("broker", "127.0.0.1"))
    reach = _only(broker, "") if _is_address(broker) else (_FAMILIES,)
    return _Part("to the centre and back", "sync", 0, 160, (*reach, *_NO_DEVICES, _NO_NEW_CODE))


_FAMILIES = "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6"


def _only(host: str, where: str) -> tuple[str, ...]:
    if not _is_address(host):
        raise ConfigError(f"{where}: {host!r} is a name; a sandbox opens to an address, such as 10.0.0.7, alone")
    return _FAMILIES, "IPAddressDeny=any", f"IPAddressAllow={host}"


def _is_address(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False


def _credentials(unit: str, tables: Mapping[str, Any], place: Place) -> Iterator[str]:
    """Secrets that a table looks for among the unit's credentials lie beside the device's TOML, for root alone."""
    folder = CREDENTIALS / f"{unit}.service"
    table = tables.get(unit.removeprefix("floorpulse-"), {})
    for value in table.values():
        if isinstance(value, str) and Path(value).parent == folder:
            yield f"LoadCredential={Path(value).name}:{place.config.parent / Path(value).name}"


def _file(place: Place, state: Path) -> str:
    """Makes the shared file and the folder around it, once, before anybody opens it."""
    start = ("Type=oneshot", "RemainAfterExit=yes")
    command = f"ExecStart={place.python} -m floorpulse sync create --config {place.config}"
    folder = (f"StateDirectory={state.relative_to(STATE)}", "StateDirectoryMode=2770")
    own = (*_OWN_NETWORK, *_NO_DEVICES, _NO_NEW_CODE, *folder)
    return _text("floorpulse-sync", "the shared file", place, (*start, command), own, "")


def _text(unit: str, words: str, place: Place, start: Any, own: Any, order: str) -> str:
    rows = {"start": "\n".join(start), "own": "\n".join(own)}
    return _UNIT.format(mark=MARK, words=words, order=order, unit=unit, models=place.models, sandbox=_SANDBOX, **rows)


def _users(texts: Mapping[str, str]) -> str:
    """For systemd-sysusers; groups that the system has already stay as they are."""
    users = [name.removesuffix(".service") for name in texts if name != f"{FILE}.service"]
    rows = [f'u {user} - "floorpulse" -\nm {user} floorpulse' for user in users]
    return "\n".join((MARK, *(f"g {group} -" for group in _GROUPS), *rows)) + "\n"


def _folder_of(device: Device) -> Path:
    folder = device.state.parent
    if STATE not in folder.parents:
        raise ConfigError(f"device.state: {device.state} lies in no folder of {STATE}, such as {STATE}/floorpulse")
    _check_seen(folder)
    return folder


def _check_seen(path: Path) -> None:
    """What the parts read must lie where their sandboxes show it, under a name that needs no quotes."""
    if not path.is_absolute() or not fullmatch(r"[\w./+-]+", str(path)):
        raise ConfigError(f"{path}: a unit names whole paths of letters, digits and . _ + - alone")
    if any(hidden in (path, *path.parents) for hidden in HIDDEN):
        raise ConfigError(f"{path}: no part sees what lies in {', '.join(map(str, HIDDEN))}; /opt and /etc are seen")
