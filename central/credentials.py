"""What the centre shows a broker on another machine: its own certificate, and who must have signed the broker's."""

from dataclasses import dataclass
from pathlib import Path

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion

from events.settings import ConfigError


@dataclass(frozen=True)
class Credentials:
    ca: Path
    certificate: Path
    key: Path

    def give_to(self, client: paho.Client) -> None:
        """To a client that has not connected yet."""
        client.tls_set(str(self.ca), str(self.certificate), str(self.key))

    def check(self) -> None:
        """ConfigError, one sentence, when they cannot be used; later, that would look like a broker that is away."""
        try:
            self.give_to(paho.Client(CallbackAPIVersion.VERSION2))
        except (OSError, ValueError) as error:
            files = f"{self.ca}, {self.certificate} and {self.key}"
            raise ConfigError(f"{files} do not open a broker: {error}") from error
