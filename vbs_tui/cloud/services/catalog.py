"""From a service catalog to the root URL of a service.

Each service is looked for in this order: the operator's override, the catalog's types, the host
names of related services, the host name of IAM. Source: ``catalog`` in the body of a token.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from vbs_tui.cloud.http.service_client import CONFIGURED
from vbs_tui.cloud.http.urls import (
    address_trouble,
    host_label,
    service_root,
    with_host_label,
)
from vbs_tui.cloud.services.service_types import (
    HOST_LABELS,
    IAM_HOST_LABELS,
    SERVICE_TYPES,
    ServiceType,
)
from vbs_tui.text import clean


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address of a service, and why it was chosen."""

    service: str
    root: str
    """Scheme, host, port and prefix; no version, no trailing slash."""
    why: str


@dataclass(frozen=True, slots=True)
class CatalogRow:
    """One endpoint of one service, cleaned."""

    type: str
    interface: str
    region: str
    url: str


class NoEndpoint(Exception):  # noqa: N818
    """A service that was not found; the text says what was found instead."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Catalog:
    """The endpoints of a project's catalog, in its order, and how one is chosen."""

    rows: tuple[CatalogRow, ...]
    identity_root: str
    region: str = ""
    interface: str = "public"
    """One, or several with commas between them, the best first."""
    overrides: Mapping[str, str] = field(default_factory=dict)
    """Service (or catalog type) to URL, as the operator wrote it."""
    allow_plain_http: bool = False
    backup_service: str = "vbs"
    """The service whose regions are those that can be worked in."""

    def endpoint(self, service: str, project_id: str) -> Endpoint:
        """The endpoint of ``vbs``, ``evs`` or ``ecs``. Raises :class:`NoEndpoint`."""
        wanted = SERVICE_TYPES[service]
        faults: list[str] = []
        for url, why, is_override in self._candidates(service, wanted):
            root = service_root(_expanded(url, project_id))
            fault = self._fault(root, service)
            if not fault:
                return Endpoint(service, root, why)
            if is_override:
                text = f"the configured address of {service} cannot be used: {fault}"
                raise NoEndpoint(text, "Correct the override in the configuration.")
            faults.append(f"{why}: {fault}")
        raise self._missing(service, faults)

    def regions(self) -> tuple[str, ...]:
        """The regions that have the backup service, in the catalog's order."""
        wanted = SERVICE_TYPES[self.backup_service]
        for kinds in (wanted.types, wanted.related_types):
            fitting = [
                row.region
                for one in self.interface.split(",")
                for row in self.rows
                if row.type in kinds and _offers(row, one) and row.region not in ("", "*")
            ]
            if fitting:
                return tuple(dict.fromkeys(fitting))
        return ()

    def in_one_region(self, project_id: str) -> Catalog:
        """The same with one region for all services, where none was asked for.

        It is the first with a usable backup service, since a backup cannot be restored into a disk
        of another region. Raises :class:`NoEndpoint` where the backup service has no region and
        the disks have several.
        """
        if self.region:
            return self
        if self._backup_service_has_no_region():
            return self._region_by_host(project_id)
        for region in self.regions():
            # Without the host name of IAM, which would give an endpoint for any region.
            narrowed = replace(self, region=region, identity_root="")
            try:
                narrowed.endpoint(self.backup_service, project_id)
            except NoEndpoint:
                continue
            return replace(self, region=region)
        return self

    @property
    def _named_regions(self) -> list[str]:
        """All regions in the catalog, of whatever service."""
        return sorted({row.region for row in self.rows} - {"", "*"})

    def _backup_service_has_no_region(self) -> bool:
        """Whether there are several regions, and the backup service has one address for all."""
        if len(self._named_regions) < 2:
            return False
        types = SERVICE_TYPES[self.backup_service].types
        if any(self.overrides.get(name) for name in types):
            return True
        typed = [row for row in self.rows if row.type in types]
        return bool(typed) and all(row.region in ("", "*") for row in typed)

    def _region_by_host(self, project_id: str) -> Catalog:
        """The same with the region that the backup service's host names."""
        if all(self.overrides.get(name) for name in (self.backup_service, "evs")):
            return self
        host = urlsplit(self.endpoint(self.backup_service, project_id).root).hostname or ""
        for region in self._named_regions:
            if region.lower() in host.split("."):
                return replace(self, region=region)
        several = ", ".join(self._named_regions[:10])
        raise NoEndpoint(
            f"{self.backup_service.upper()} has no region, and the disks are in several: {several}",
            "Name the region: region_name in clouds.yaml, OS_REGION_NAME, or --region.",
        )

    def _candidates(self, service: str, wanted: ServiceType) -> Iterator[tuple[str, str, bool]]:
        for name in (service, *wanted.types):
            if url := self.overrides.get(name):
                yield url, CONFIGURED, True
        fitting = [row for one in self.interface.split(",") for row in self._rows_for(one)]
        typed = [row for kind in wanted.types for row in fitting if row.type == kind]
        for row in sorted(typed, key=self._is_for_all):
            yield row.url, f"catalog type {row.type}", False
        for kind in wanted.related_types:
            for row in fitting:
                if row.type == kind and host_label(row.url) in HOST_LABELS:
                    yield with_host_label(row.url, service), f"host name of {kind}", False
        if host_label(self.identity_root) in IAM_HOST_LABELS and self._iam_can_be_of_region():
            yield with_host_label(self.identity_root, service), "host name of IAM", False

    def _rows_for(self, interface: str) -> list[CatalogRow]:
        # Endpoints for all regions come after those of the region itself.
        found = [row for row in self.rows if self._fits(row, interface)]
        return sorted(found, key=self._is_for_all)

    def _is_for_all(self, row: CatalogRow) -> bool:
        return bool(self.region) and row.region != self.region

    def _fits(self, row: CatalogRow, interface: str) -> bool:
        return _offers(row, interface) and (not self.region or row.region in (self.region, "*", ""))

    def _iam_can_be_of_region(self) -> bool:
        """Whether the host of IAM can be that of this region.

        Otherwise disks of one region would be shown under the name of another.
        """
        others = [one for one in self._named_regions if one != self.region]
        host = urlsplit(self.identity_root).hostname or ""
        if not self.region:
            return len(others) <= 1
        return not others or self.region.lower() in host.split(".")

    def _fault(self, root: str, service: str) -> str:
        if not root:
            return "no URL"
        wanted = SERVICE_TYPES[service]
        if wanted.successor and host_label(root) == wanted.successor:
            return wanted.successor_host_problem
        return address_trouble(root, allow_plain_http=self.allow_plain_http)

    def _missing(self, service: str, faults: list[str]) -> NoEndpoint:
        types = sorted({row.type for row in self.rows})
        regions = self._named_regions
        found = ", ".join(types[:40]) or "nothing"
        wanted = SERVICE_TYPES[service]
        if faults:
            told = "; ".join(faults[:5])
            text = f"the catalog names {service.upper()}, but that cannot be used: {told}"
            return NoEndpoint(text, _faults_hint(service, faults))
        if error := self._found_elsewhere(service):
            return error
        text = f"the catalog names no usable endpoint of {service.upper()}; it names: {found}"
        if regions and self.region and self.region not in regions:
            text += f"; its regions are {', '.join(regions[:10])}, not {self.region}"
        name = f"{service}_endpoint_override"
        hint = f"If the cloud has it all the same, name its address: {name}."
        if regions and self.region and self.region not in regions:
            hint = f"Correct the region. {hint}"
        elif wanted.successor:
            is_there = wanted.successor in types
            hint = f"{wanted.successor_hint if is_there else wanted.missing_hint} {hint}"
        return NoEndpoint(text, hint)

    def _found_elsewhere(self, service: str) -> NoEndpoint | None:
        """An error that says where the catalog has *service*: another interface or region."""
        rows = [row for row in self.rows if row.type in SERVICE_TYPES[service].types]
        regions = sorted({row.region for row in rows if row.region != self.region})
        there = [row for row in rows if not self.region or row.region in ("", "*", self.region)]
        name = service.upper()
        if there:
            ways = sorted({row.interface.removesuffix("URL") for row in there})
            text = f"the catalog has {name} for the interface {', '.join(ways[:5])} alone"
            hint = (
                f"Looked for: {self.interface}. If this machine may use another one, set"
                " interface in clouds.yaml (OS_INTERFACE)."
            )
            return NoEndpoint(text, hint)
        if regions:
            text = f"the catalog has {name} in {', '.join(regions[:10])}, not in {self.region}"
            hint = f"Open the region that has it: --region {regions[0]}, or C in the console."
            return NoEndpoint(text, hint)
        return None


def _faults_hint(service: str, faults: list[str]) -> str:
    name = f"{service}_endpoint_override"
    hint = f"Name an address that can be used: {name}."
    if any("plain HTTP" in fault for fault in faults):
        hint += (
            " Plain HTTP to another machine is used only with verify: false; the title line then"
            " shows it in red."
        )
    return hint


def catalog_rows(value: object) -> tuple[CatalogRow, ...]:
    """The rows of a token's ``catalog``, or of ``GET /v3/auth/catalog``, without unusable ones."""
    found: list[CatalogRow] = []
    for service in value if isinstance(value, list) else ():
        entry = _mapping(service)
        endpoints = entry.get("endpoints")
        for one in endpoints if isinstance(endpoints, list) else ():
            row = _mapping(one)
            url = row.get("url")
            if isinstance(url, str) and len(url) < 2000 and len(found) < 5000:
                found.append(
                    CatalogRow(
                        type=clean(entry.get("type"), 64).strip().lower(),
                        interface=clean(row.get("interface"), 32).strip().lower() or "public",
                        region=clean(row.get("region_id") or row.get("region"), 64).strip(),
                        url=url.strip(),
                    )
                )
    return tuple(found)


def _offers(row: CatalogRow, interface: str) -> bool:
    return row.interface.removesuffix("URL") == interface.strip().removesuffix("URL")


def _expanded(url: str, project_id: str) -> str:
    for opening, closing in (("$(", ")s"), ("%(", ")s"), ("{", "}")):
        for name in ("tenant_id", "project_id"):
            url = url.replace(f"{opening}{name}{closing}", project_id)
    return url.strip()


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
