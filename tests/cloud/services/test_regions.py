"""Which region is worked in: the configured one, the project's, or one for all services."""

from __future__ import annotations

import pytest

from tests.support.toy_cloud import BACKUP, PROJECT, VOLUME, ToyCloud, catalog_entry
from vbs_tui.cloud.errors import CloudError
from vbs_tui.cloud.providers.vbs.provider import VbsProvider
from vbs_tui.cloud.resources import Project


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


async def test_an_address_that_is_configured_makes_another_cloud_of_it() -> None:
    """The same job id behind another VBS is another job, or none: nobody may watch it there."""
    async with ToyCloud() as cloud:
        in_two_regions(cloud)
        url = cloud.server.url
        plain = cloud.connection()
        assert plain.identity == f"{url}/v3"
        assert cloud.connection(endpoint_overrides={"ecs": f"{url}/x/v2"}).identity == f"{url}/v3"
        one, other, same = (
            cloud.connection(endpoint_overrides={"vbs": f"{url}/{where}"}).identity
            for where in ("de-vbs/v2", "nl-vbs/v2", "de-vbs/v2/")
        )
        assert one == same
        assert len({plain.identity, one, other}) == 3


async def test_a_configured_region_is_shown_clean_wherever_it_is_told() -> None:
    async with ToyCloud() as cloud:
        connection = cloud.connection(region="eu-de\x1b[31m")
        assert connection.region == "eu-de\\x1b[31m"
        with pytest.raises(CloudError) as caught:
            await connection.open(Project(PROJECT, "prod"))
        assert "\x1b" not in caught.value.failure.message
