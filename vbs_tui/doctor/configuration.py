"""The configured cloud: its name, address and region."""

from __future__ import annotations

from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.http.urls import identity_root
from vbs_tui.doctor.finding import Finding, ok
from vbs_tui.text import clean


def check_configuration(settings: CloudSettings) -> Finding:
    """Which cloud *settings* are for. No password is shown, also none in the address."""
    name = f"{clean(settings.name, 60)}: " if settings.name else ""
    root = identity_root(settings.auth_url)
    where = clean(root.rpartition("@")[2] if "@" in root else root, 200) or "no usable address"
    return ok("configuration", f"{name}{where}, region {clean(settings.region, 60) or 'any'}")
