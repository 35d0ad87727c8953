"""Which region is worked in: the configured one, the project's, or one for all services."""

from __future__ import annotations

import pytest

from tests.cloud.toy_cloud import BACKUP, PROJECT, VOLUME, ToyCloud, catalog_entry
from vbs_tui.cloud.resources import Project
from vbs_tui.cloud.vbs import VbsProvider


def in_two_regions(cloud: ToyCloud) -> None:
    """The disks' service names its regions the other way round."""
    url = cloud.server.url
    cloud.catalog = [
        catalog_entry("vbsv2", f"{url}/nl-vbs/v2/{PROJECT}", "eu-nl"),
        catalog_entry("volumev3", f"{url}/de-evs/v3/{PROJECT}", "eu-de"),
        catalog_entry("vbsv2", f"{url}/de-vbs/v2/{PROJECT}", "eu-de"),
        catalog_entry("volumev3", f"{url}/nl-evs/v3/{PROJECT}", "eu-nl"),
    ]


def prefixes(provider: VbsProvider) -> set[str]:
    url = provider.restore_request(BACKUP, VOLUME).url
    roots = [root for service, root, _ in provider.endpoints if service in ("vbs", "evs")]
    return {one.split("://")[1].split("/")[1][:2] for one in (url, *roots)}


@pytest.mark.parametrize(
    ("configured", "project", "region"),
    [
        ("", "prod", "eu-nl"),
        ("", "eu-de_prod", "eu-de"),
        ("eu-de", "prod", "eu-de"),
        ("eu-nl", "eu-de_prod", "eu-nl"),
    ],
)
async def test_backups_and_disks_are_of_one_region(
    configured: str, project: str, region: str
) -> None:
    async with ToyCloud() as cloud:
        in_two_regions(cloud)
        provider = await cloud.connection(region=configured).open(Project(PROJECT, project))
        assert provider.region == region
        assert provider.regions == ("eu-nl", "eu-de")
        assert prefixes(provider) == {region[-2:]}


async def test_another_region_of_the_same_log_in() -> None:
    async with ToyCloud() as cloud:
        in_two_regions(cloud)
        connection = cloud.connection(region="eu-de")
        project = Project(PROJECT, "prod")
        here, there = await connection.open(project), await connection.open(project, "eu-nl")
        assert (prefixes(here), prefixes(there)) == ({"de"}, {"nl"})
        assert await connection.open(project, "eu-de") is here
        assert await connection.open(project, "eu-nl") is there
        assert cloud.given == 1
