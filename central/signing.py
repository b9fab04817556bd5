"""The key with which the centre signs what it asks of devices: made once, kept in the store."""

from base64 import b64decode, b64encode

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import insert, select

from central.store import Store, tables
from events.desired import sealed

_NAME = "devices"


def signing_key(store: Store) -> Ed25519PrivateKey:
    """The same at every call; whoever may read the store may sign, so its file is for its owner alone."""
    keys = tables.web_keys
    with store.writing() as connection:
        known = connection.scalar(select(keys.c.secret).where(keys.c.name == _NAME))
        if known is None:
            known = b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()
            connection.execute(insert(keys).values(name=_NAME, secret=known))
    return Ed25519PrivateKey.from_private_bytes(b64decode(known))


def public_pem(store: Store) -> str:
    """What a device's TOML names as `[sync] centre_key`."""
    public = signing_key(store).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def signed(key: Ed25519PrivateKey, text: str) -> bytes:
    """The message that travels to a device."""
    return sealed(text, key.sign(text.encode()))
