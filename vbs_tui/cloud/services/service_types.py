"""The services that this program uses: under which types and hosts a catalog may have them.

A new service is one row here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServiceType:
    """How one service is found."""

    types: tuple[str, ...]
    """In the catalog, the best first."""
    related_types: tuple[str, ...]
    """Types whose host names differ from this service's in the first label only."""
    successor: str = ""
    """The type and first host label of the service that replaces it; empty for none."""
    successor_host_problem: str = ""
    """Why the successor's host is not used."""
    successor_hint: str = ""
    """What to know where the catalog has the successor only."""
    missing_hint: str = ""
    """What to know where the catalog has neither."""


_VBS = ServiceType(
    types=("vbsv2", "vbs"),
    related_types=("volumev2", "volumev3", "evs"),
    successor="cbr",
    successor_host_problem=("it is the host of CBR, where the same request means something else"),
    successor_hint=(
        "This project has CBR (Cloud Backup and Recovery), the successor of VBS. VBS may"
        " be closed for it; backups made by CBR are restored in CBR's own console."
    ),
    missing_hint=(
        "This program restores by VBS, the backup service of Open Telekom Cloud and its"
        " relatives; its successor CBR is not there either."
    ),
)
_EVS = ServiceType(
    types=("volumev3", "volumev2", "evs", "block-storage", "volume"),
    related_types=("vbsv2", "vbs"),
)
_ECS = ServiceType(
    types=("ecs", "compute"),
    related_types=("volumev2", "volumev3", "evs", "vbsv2", "vbs"),
)

SERVICE_TYPES = {"vbs": _VBS, "evs": _EVS, "ecs": _ECS}

HOST_LABELS = frozenset(SERVICE_TYPES)
"""First labels of host names that can be replaced by that of another service."""

IAM_HOST_LABELS = frozenset({"iam", "iam-pub"})
"""The same for the identity service."""
