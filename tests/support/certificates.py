"""Certificates for tests: of their own, or by an authority; good, expired, too early."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def make_certificate(folder: Path, *, names: tuple[str, ...], days: int = 30) -> Path:
    """A self-signed certificate with its key in one file; negative *days*: expired.

    It counts from 60 days before its end.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    own = _name(names[0])
    return _written(folder / f"{names[0]}{days}.pem", _made(names, days, own, own, key, key), key)


@dataclass
class Authority:
    """An authority that signs; :attr:`path` is its own certificate."""

    folder: Path
    name: str = "Practice Authority"
    _key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    path: Path = field(init=False)

    def __post_init__(self) -> None:
        own = _name(self.name)
        made = _made((self.name,), 50, own, own, self._key, self._key)
        self.path = self.folder / "authority.pem"
        self.path.write_bytes(made.public_bytes(serialization.Encoding.PEM))

    def sign(self, *names: str, days: int = 30) -> Path:
        """A certificate for *names* with its key in one file; *days* as above."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = _made(names, days, _name(names[0]), _name(self.name), key, self._key, ca=False)
        return _written(self.folder / f"signed-{names[0]}{days}.pem", made, key)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _made(
    names: tuple[str, ...],
    days: int,
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    *,
    ca: bool = True,
) -> x509.Certificate:
    until = datetime.now(UTC) + timedelta(days=days)
    alternatives: list[x509.GeneralName] = [x509.DNSName(one) for one in names]
    alternatives.append(x509.IPAddress(ip_address("127.0.0.9")))
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - timedelta(days=60))
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=0 if ca else None), critical=True)
        .sign(signer, hashes.SHA256())
    )


def _written(path: Path, made: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> Path:
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path
