"""What is needed to reach one cloud: plain data, however it was configured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vbs_tui.cloud.auth.credentials import Credentials
from vbs_tui.cloud.auth.plugins.loading import PluginCredentials
from vbs_tui.cloud.auth.tokens import Scope
from vbs_tui.cloud.http.tls import TlsSettings
from vbs_tui.cloud.http.urls import identity_root
from vbs_tui.text import clean


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
    def tls(self) -> TlsSettings:
        return TlsSettings(
            cacert=self.cacert,
            verify=self.verify,
            client_cert=self.client_cert,
            client_key=self.client_key,
            allow_plain_http=self.allow_plain_http,
        )

    @property
    def scope(self) -> Scope:
        """The scope of the configured project; that of no project without one."""
        if self.project_id or not self.project_name:
            return Scope(project_id=self.project_id)
        user = getattr(self.credentials, "user", None)
        domain_id, domain_name = self.project_domain_id, self.project_domain_name
        is_assumed = not domain_id and not domain_name
        if is_assumed:
            domain_id = getattr(user, "domain_id", "")
            domain_name = getattr(user, "domain_name", "")
        return Scope(
            project_name=self.project_name,
            domain_id=domain_id,
            domain_name="" if domain_id else domain_name,
            is_domain_assumed=is_assumed,
        )

    def other_user_in(self, now: CloudSettings) -> str:
        """Which other user or cloud *now* names, as a sentence.

        Empty when it is the same user of the same cloud. Texts of the configuration are cleaned.
        """
        old, new = identity_root(self.auth_url), identity_root(now.auth_url)
        if old != new:
            return f"the configuration names another auth_url now: {clean(new, 200)}"
        if self.credentials.owner != now.credentials.owner:
            was, other = (clean(one.credentials.label, 64) or "?" for one in (self, now))
            named = f"{other} in place of {was}" if was != other else f"not the {was} of before"
            return f"the configuration names another user now: {named}"
        return ""
