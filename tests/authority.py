"""A throwaway authority: certificates for the broker and for devices, good for the length of a test."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Authority:
    """Makes PEM files in a folder: `ca.crt`, and a `NAME.crt` and `NAME.key` for each name."""

    def __init__(self, folder: Path, name: str = "Shop authority") -> None:
        self._folder, self._key, self._name = folder, ec.generate_private_key(ec.SECP256R1()), _named(name)
        folder.mkdir(parents=True, exist_ok=True)
        basic = x509.BasicConstraints(ca=True, path_length=0)
        certificate = self._made(self._name, self._key).add_extension(basic, critical=True)
        self.ca = self._kept("ca.crt", certificate.sign(self._key, hashes.SHA256()))

    def issue(self, name: str) -> tuple[Path, Path]:
        """Certificate and key of one who is called so, here on the loopback."""
        key = ec.generate_private_key(ec.SECP256R1())
        here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        certificate = self._made(_named(name), key).add_extension(here, critical=False)
        pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
        path = self._folder / f"{name}.key"
        path.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
        return self._kept(f"{name}.crt", certificate.sign(self._key, hashes.SHA256())), path

    def _made(self, name: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder(self._name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
        )

    def _kept(self, name: str, certificate: x509.Certificate) -> Path:
        path = self._folder / name
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return path


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
