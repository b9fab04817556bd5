"""The table `[sync]` of a device's TOML: which broker, and how to be let in."""

from dataclasses import dataclass
from pathlib import Path

from events import settings
from events.settings import ConfigError, Device


@dataclass(frozen=True)
class Sync:
    """Where the facts go."""

    broker: str = "127.0.0.1"
    port: int = 1883
    username: str | None = None
    password_file: Path | None = None
    """A file that holds the password alone, best a systemd credential."""
    ca: Path | None = None
    """Certificates that the broker's must come from; turns TLS on."""
    certificate: Path | None = None
    key: Path | None = None
    centre_key: Path | None = None
    """What `floorpulse central key` prints; without it every configuration and command is refused."""

    @property
    def tls(self) -> "Tls | None":
        if not self.ca:
            return None
        return Tls(str(self.ca), _name(self.certificate), _name(self.key))

    @property
    def password(self) -> str | None:
        return self.password_file.read_text(encoding="utf-8").strip() if self.password_file else None

    def __post_init__(self) -> None:
        if not 1 <= self.port <= 65535:
            raise ConfigError(f"sync.port: {self.port} is no port")
        if (self.certificate is None) != (self.key is None):
            raise ConfigError("sync: certificate and key belong together")
        if self.certificate and not self.ca:
            raise ConfigError("sync: a certificate needs `ca` too, else it would travel without TLS")
        for file in (self.password_file, self.ca, self.certificate, self.key, self.centre_key):
            if file and not file.is_file():
                raise ConfigError(f"sync: {file}: no such file")


@dataclass(frozen=True)
class Tls:
    """Names of files."""

    ca: str
    certificate: str | None
    key: str | None


def load(config: Path) -> tuple[Device, Sync]:
    """The tables `[device]` and `[sync]`; ConfigError says what is wrong."""
    return load_device(config), settings.read(Sync, settings.load(config).get("sync", {}), f"{config}: sync")


def load_device(config: Path) -> Device:
    """`[device]` alone: who only looks at the shared file is not shown the secrets that `[sync]` names."""
    return settings.read(Device, settings.load(config).get("device", {}), f"{config}: device")


def _name(file: Path | None) -> str | None:
    return str(file) if file else None
