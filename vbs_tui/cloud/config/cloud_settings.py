"""What is needed to reach one cloud: plain data, however it was configured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vbs_tui.cloud.auth.credentials import Credentials
from vbs_tui.cloud.auth.plugins.adapter import PluginCredentials
from vbs_tui.cloud.http.tls import TlsSettings


@dataclass(frozen=True, slots=True)
class CloudSettings:
    """One cloud and one user. Secrets are wrapped, so that its ``repr`` may be seen."""

    auth_url: str
    """IAM's URL, with or without ``/v3``."""
    credentials: Credentials | PluginCredentials
    name: str = ""
    """What the configuration calls it; empty for the environment's."""
    region: str = ""
    project_name: str = ""
    project_id: str = ""
    project_domain_name: str = ""
    project_domain_id: str = ""
    interface: str = "public"
    """``public``, ``internal`` or ``admin``; several with commas between them, the best first."""
    endpoint_overrides: Mapping[str, str] = field(default_factory=dict)
    """``vbs``, ``evs``, ``ecs`` or a catalog type to a URL; ``%(project_id)s`` may stand in it."""
    cacert: str = ""
    verify: bool = True
    client_cert: str = ""
    client_key: str = ""
    allow_plain_http: bool = False
    """Whether HTTP without TLS may be used to other machines than this one."""

    @property
    def trust(self) -> TlsSettings:
        return TlsSettings(
            cacert=self.cacert,
            verify=self.verify,
            client_cert=self.client_cert,
            client_key=self.client_key,
            allow_plain_http=self.allow_plain_http,
        )
