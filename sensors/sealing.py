"""Seals what only one person may see, for the one-time key with which they asked; and hands it to `sync`."""

import socket
from base64 import b64decode, b64encode
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from events.desired import SEALED_FOR, Result, told

SEND_SECONDS = 2.0


def sealed(content: bytes, key: str, command: str) -> str:
    """For the X25519 key (base64) of this command alone; ValueError when it is no key.

    The sender's half is made for this one message, so its key encrypts nothing else and the nonce may be constant.
    """
    theirs = X25519PublicKey.from_public_bytes(b64decode(key, validate=True))
    ours = X25519PrivateKey.generate()
    half = ours.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    secret = HKDF(SHA256(), 32, salt=half, info=SEALED_FOR).derive(ours.exchange(theirs))
    return b64encode(half + ChaCha20Poly1305(secret).encrypt(bytes(12), content, command.encode())).decode()


def hand_over(path: Path, result: Result) -> None:
    """OSError when `sync` is not there: nothing waits for it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(SEND_SECONDS)
        line.connect(str(path))
        line.sendall(told(result))
