"""A centre that signs: its key, the file that a device's TOML names, and messages as they travel."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from events.desired import Command, Desired, Part, owner, sealed, written
from tests.sync.parts import ADDRESS

DEVICE = owner(ADDRESS)


class Signer:
    def __init__(self) -> None:
        self.key = Ed25519PrivateKey.generate()

    def public_file(self, folder: Path) -> Path:
        file = folder / "centre.pub"
        public = self.key.public_key()
        file.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        return file

    def seal(self, text: str) -> bytes:
        return sealed(text, self.key.sign(text.encode()))

    def desired(self, version: int, device: str = DEVICE, **body) -> bytes:
        return self.seal(written(Desired(device, version, {"kiosk": Part(version, body)})))

    def command(self, number: str, device: str = DEVICE, seconds: float = 3600, op: str = "identify") -> bytes:
        expires = datetime.now(UTC) + timedelta(seconds=seconds)
        return self.seal(written(Command(device, number, op, expires.isoformat())))
