"""Opens what a camera sealed for one request, with the key that was made for it and is kept in memory alone."""

from base64 import b64decode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from events.desired import SEALED_FOR

_HALF = 32


def opened(sealed: str, key: X25519PrivateKey, command: str) -> bytes:
    """ValueError when it is not for this key and this command."""
    raw = b64decode(sealed, validate=True)
    half, content = raw[:_HALF], raw[_HALF:]
    secret = HKDF(SHA256(), 32, salt=half, info=SEALED_FOR).derive(
        key.exchange(X25519PublicKey.from_public_bytes(half))
    )
    try:
        return ChaCha20Poly1305(secret).decrypt(bytes(12), content, command.encode())
    except InvalidTag:
        raise ValueError("this is not for this request") from None
