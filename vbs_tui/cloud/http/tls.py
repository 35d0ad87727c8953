"""TLS settings: which certificates are trusted, and whether plain HTTP is allowed."""

from __future__ import annotations

import errno
import ssl
from dataclasses import dataclass
from pathlib import Path

from vbs_tui.text import clean

_ITSELF = "it holds the PEM itself, and must be the name of a file"


class UnusableFile(OSError):  # noqa: N818
    """A configured certificate or key file cannot be used; the text says which, and why."""

    def __init__(self, setting: str, path: str, reason: Exception) -> None:
        why = "no usable PEM in it"
        if setting != "cacert":
            why = "no usable PEM in it, or a key that needs a passphrase, which is not asked for"
        if isinstance(reason, OSError) and not isinstance(reason, ssl.SSLError):
            why = reason.strerror or type(reason).__name__
        super().__init__(clean(f"{setting} {path}: {why}", 300))


def _shown(setting: str, path: str) -> str:
    """*path*, fit to be shown. Raises for one that holds a key itself: that is never shown."""
    if "\n" in path or "-----BEGIN" in path:
        raise UnusableFile(setting, "(not shown)", OSError(errno.EINVAL, _ITSELF))
    return path


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """How connections are protected. Paths may start with ``~``."""

    cacert: str = ""
    """A file or directory of certificate authorities, in place of the machine's own."""
    verify: bool = True
    client_cert: str = ""
    client_key: str = ""
    allow_plain_http: bool = False
    """Whether HTTP without TLS may be used to hosts other than this machine."""

    def context(self) -> ssl.SSLContext:
        """An SSL context. Raises :class:`UnusableFile` for files that cannot be used."""
        # Without verification the file is not needed, so it may be missing.
        where = Path(self.cacert).expanduser() if self.cacert and self.verify else None
        for setting, path in (("cert", self.client_cert), ("key", self.client_key)):
            _check_is_file(setting, path)
        if where is not None:
            _check_is_file("cacert", self.cacert)
        try:
            context = ssl.create_default_context(
                cafile=str(where) if where is not None and not where.is_dir() else None,
                capath=str(where) if where is not None and where.is_dir() else None,
            )
        except (OSError, ValueError) as error:
            raise UnusableFile("cacert", self.cacert, error) from error
        if where is None and not context.cert_store_stats()["x509_ca"]:
            import certifi  # noqa: PLC0415 - only where the machine has no store of its own

            context.load_verify_locations(certifi.where())
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if self.client_cert:
            key = str(Path(self.client_key).expanduser()) if self.client_key else None
            certificate = str(Path(self.client_cert).expanduser())
            try:
                context.load_cert_chain(certificate, key, password=_no_passphrase)
            except (OSError, ValueError) as error:
                names = self.client_cert + (f", {self.client_key}" if self.client_key else "")
                raise UnusableFile("cert, key", names, error) from error
        return context


def _check_is_file(setting: str, path: str) -> None:
    """Raises :class:`UnusableFile` for a pipe or device: reading one may never end."""
    where = Path(_shown(setting, path)).expanduser()
    try:
        is_special = bool(path) and where.exists() and not (where.is_file() or where.is_dir())
    except (OSError, ValueError) as error:
        raise UnusableFile(setting, path, error) from error
    if is_special:
        raise UnusableFile(setting, path, OSError(errno.EINVAL, "this is no file"))


def _no_passphrase() -> str:
    # Without this OpenSSL would ask for a passphrase on the terminal, under the screen.
    return ""
