"""Finding services: the order, the regions, the odd catalogs, and what is never used."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from vbs_tui.cloud.http.urls import host_label, identity_root, is_loopback, service_root
from vbs_tui.cloud.services.catalog import Catalog, NoEndpoint, catalog_rows

PID = "0391e4486e864c26be5654c522f440f2"
OTC = "eu-de.otc.t-systems.com"


def entry(kind: str, *urls: str, region: str = "eu-de", interface: str = "public") -> Any:
    rows = [{"interface": interface, "region": region, "url": url} for url in urls]
    return {"type": kind, "name": kind, "endpoints": rows}


def catalog(*entries: Any, **options: Any) -> Catalog:
    settings = {"identity_root": f"https://iam.{OTC}", "region": "eu-de", **options}
    return Catalog(rows=catalog_rows(list(entries)), **settings)


REAL = (
    entry("vbs", f"https://vbs.{OTC}/v2/"),
    entry("vbsv2", f"https://vbs.{OTC}/v2/{PID}"),
    entry("volumev2", f"https://evs.{OTC}/v2/{PID}"),
    entry("volumev3", f"https://evs.{OTC}/v3/{PID}"),
    entry("ecs", f" https://ecs.{OTC}/v1/{PID} "),
    entry("cbr", f"https://cbr.{OTC}/v3/{PID}"),
)


def test_real_catalog() -> None:
    found = [catalog(*REAL).endpoint(service, PID) for service in ("vbs", "evs", "ecs")]
    assert [(one.root, one.why) for one in found] == [
        (f"https://vbs.{OTC}", "catalog type vbsv2"),
        (f"https://evs.{OTC}", "catalog type volumev3"),
        (f"https://ecs.{OTC}", "catalog type ecs"),
    ]


@pytest.mark.parametrize(
    ("url", "root"),
    [
        (f"https://vbs.example/v2/{PID}", "https://vbs.example"),
        ("https://vbs.example:8443/prefix/deep/v2.1/", "https://vbs.example:8443/prefix/deep"),
        ("https://v2.example/v1/x/v3", "https://v2.example"),
        ("https://vbs-v2.example/vault/v22x/v3", "https://vbs-v2.example/vault/v22x"),
        ("https://vbs.example", "https://vbs.example"),
        ("  https://vbs.example/v3  ", "https://vbs.example"),
        ("https://[2001:db8::1]:443/v2/x?y#z", "https://[2001:db8::1]"),
        ("https://VBS.Example:8443/Vault/v2", "https://vbs.example:8443/Vault"),
        ("http://vbs.example:80", "http://vbs.example"),
        ("http://vbs.example:443", "http://vbs.example:443"),
        ("https://vbs.example:/v2", "https://vbs.example"),
        ("vbs.example/v2", ""),
        ("https://[broken/v2", ""),
    ],
)
def test_root_of_a_service(url: str, root: str) -> None:
    assert service_root(url) == root


@pytest.mark.parametrize(
    "url",
    [
        "https://iam.eu-de.otc.t-systems.com:443/v3",
        "https://IAM.eu-de.otc.t-systems.com/v3/",
        "https://iam.eu-de.otc.t-systems.com",
    ],
)
def test_identity_is_the_same_however_it_is_written(url: str) -> None:
    assert identity_root(url) == "https://iam.eu-de.otc.t-systems.com"


@pytest.mark.parametrize(
    "template", ["$(tenant_id)s", "%(project_id)s", "%(tenant_id)s", "{project_id}"]
)
def test_placeholders_and_overrides(template: str) -> None:
    made = catalog(*REAL, overrides={"vbs": f"https://other.example/{template}/api/v2/x"})
    found = made.endpoint("vbs", PID)
    assert found.root == f"https://other.example/{PID}/api"
    assert found.why == "set in the configuration"


def test_regions_and_interfaces_are_heeded() -> None:
    made = catalog(
        entry("vbsv2", "https://vbs.nl.example/v2", region="eu-nl"),
        entry("vbsv2", "https://internal.example/v2", interface="internal"),
        entry("vbsv2", "https://any.example/v2", region="*"),
        entry("vbsv2", "https://second.example/v2"),
    )
    assert made.endpoint("vbs", PID).root == "https://second.example"
    assert replace(made, region="").endpoint("vbs", PID).root == "https://vbs.nl.example"
    assert replace(made, region="eu-ch2").endpoint("vbs", PID).root == "https://any.example"


def test_the_host_of_iam_is_no_guess_where_there_are_several_regions() -> None:
    made = catalog(
        entry("volumev3", "https://cinder.eu-nl.otc.example/v3", region="eu-nl"),
        entry("volumev3", "https://cinder.eu-de.otc.example/v3"),
        identity_root=f"https://iam.{OTC}",
        region="",
    )
    with pytest.raises(NoEndpoint):
        made.in_one_region(PID).endpoint("vbs", PID)
    assert replace(made, region="eu-de").endpoint("vbs", PID).why == "host name of IAM"


def test_all_services_come_from_one_region() -> None:
    made = catalog(
        entry("vbsv2", "http://vbs.far.example/v2", region="far"),  # unusable: plain HTTP
        entry("vbsv2", "https://vbs.nl.example/v2", region="eu-nl"),
        entry("vbsv2", "https://vbs.de.example/v2"),
        entry("volumev3", "https://evs.de.example/v3"),
        entry("volumev3", "https://evs.nl.example/v3", region="eu-nl"),
        region="",
    )
    assert made.regions() == ("far", "eu-nl", "eu-de")
    one = made.in_one_region(PID)
    assert one.region == "eu-nl"
    found = [one.endpoint(service, PID).root for service in ("vbs", "evs")]
    assert found == ["https://vbs.nl.example", "https://evs.nl.example"]
    chosen = replace(made, region="eu-de")
    assert chosen.in_one_region(PID) is chosen
    everywhere = catalog(entry("vbsv2", "https://v.example/v2", region="*"), region="")
    assert everywhere.in_one_region(PID) is everywhere
    assert everywhere.regions() == ()


def test_interfaces_are_tried_in_order() -> None:
    inner = entry("vbsv2", "https://inner.example/v2", interface="internal")
    outer = entry("vbsv2", "https://outer.example/v2")
    for order, root in (("internal,public", "inner"), ("public, internal", "outer")):
        found = replace(catalog(outer, inner), interface=order).endpoint("vbs", PID)
        assert found.root == f"https://{root}.example"
    found = replace(catalog(outer), interface="internal,public").endpoint("vbs", PID)
    assert found.root == "https://outer.example"


def test_relatives_host_names_serve_when_the_type_is_missing() -> None:
    evs_only = catalog(entry("volumev2", f"https://evs.{OTC}/v2/{PID}"))
    assert evs_only.endpoint("vbs", PID).root == f"https://vbs.{OTC}"
    empty = catalog()
    assert empty.endpoint("vbs", PID).root == f"https://vbs.{OTC}"
    assert empty.endpoint("evs", PID).root == f"https://evs.{OTC}"
    swiss = catalog(identity_root="https://iam-pub.eu-ch2.sc.otc.t-systems.com")
    assert swiss.endpoint("vbs", PID).root == "https://vbs.eu-ch2.sc.otc.t-systems.com"


def test_host_of_iam_is_no_hint_for_another_region() -> None:
    """An address of eu-de under the name of eu-nl would show the disks of the wrong region."""
    made = catalog(*REAL, entry("ecs", "https://ecs.nl.example", region="eu-nl"), region="eu-nl")
    for service in ("vbs", "evs"):
        with pytest.raises(NoEndpoint):
            made.endpoint(service, PID)
    own = catalog(entry("network", "https://net.x.example", region="eu-nl"))
    assert own.endpoint("vbs", PID).root == f"https://vbs.{OTC}"
    named_so = catalog(entry("network", "https://net.x.example", region="eu-de"), region="eu-de")
    assert named_so.endpoint("vbs", PID).root == f"https://vbs.{OTC}"


def test_missing_service_names_what_there_is_and_the_successor() -> None:
    made = catalog(
        entry("cbr", "https://cbr.x.example/v3"),
        entry("network", "https://net.x.example"),
        identity_root="https://keystone.example",
    )
    with pytest.raises(NoEndpoint) as caught:
        made.endpoint("vbs", PID)
    assert "cbr, network" in str(caught.value)
    assert "the successor" in caught.value.hint


def test_missing_region_is_named() -> None:
    made = catalog(
        entry("vbsv2", "https://vbs.x.example/v2", region="eu-nl"),
        identity_root="https://keystone.example",
    )
    with pytest.raises(NoEndpoint, match="VBS in eu-nl, not in eu-de") as caught:
        made.endpoint("vbs", PID)
    assert "--region eu-nl" in caught.value.hint
    assert "override" not in caught.value.hint  # it would put one region's backups on other's disks
    only_compute = catalog(entry("ecs", "https://ecs.x.example", region="eu-nl"))
    unguessed = replace(only_compute, identity_root="https://keystone.example")
    with pytest.raises(NoEndpoint, match="regions are eu-nl, not eu-de"):
        unguessed.endpoint("vbs", PID)


def test_another_interface_is_named() -> None:
    made = catalog(
        entry("vbsv2", "https://vbs.x.example/v2", interface="admin"),
        identity_root="https://keystone.example",
    )
    with pytest.raises(NoEndpoint, match="VBS for the interface admin alone") as caught:
        made.endpoint("vbs", PID)
    assert "Looked for: public" in caught.value.hint


@pytest.mark.parametrize("service_type", ["vbs", "vbsv2"])
def test_host_of_the_successor_is_never_taken_for_vbs(service_type: str) -> None:
    made = catalog(
        entry(service_type, f"https://cbr.{OTC}/v2/{PID}"), identity_root="https://keystone.example"
    )
    with pytest.raises(NoEndpoint, match="CBR"):
        made.endpoint("vbs", PID)
    with pytest.raises(NoEndpoint, match="CBR"):
        catalog(*REAL, overrides={"vbs": f"https://CBR.{OTC}/v2"}).endpoint("vbs", PID)


def test_plain_http_is_for_this_machine_unless_allowed() -> None:
    row = entry("vbsv2", "http://vbs.example/v2")
    with pytest.raises(NoEndpoint, match="plain HTTP"):
        catalog(row, identity_root="https://keystone.example").endpoint("vbs", PID)
    assert catalog(row, allow_plain_http=True).endpoint("vbs", PID).root == "http://vbs.example"
    local = entry("vbsv2", "http://127.0.0.1:8776/v2")
    assert catalog(local).endpoint("vbs", PID).root == "http://127.0.0.1:8776"


@pytest.mark.parametrize(
    ("url", "answer"),
    [
        ("http://127.0.0.1:1/", True),
        ("http://127.8.9.1/", True),
        ("http://[::1]:80/", True),
        ("http://localhost/", True),
        ("http://localhost.evil.example/", False),
        ("http://127.0.0.1.evil.example/", False),
        ("http://127.0.0.1@evil.example/", False),
        ("http://0.0.0.0/", False),
        ("http://10.0.0.1/", False),
    ],
)
def test_this_machine(url: str, answer: bool) -> None:
    assert is_loopback(url) is answer


def test_catalog_of_any_shape_is_read() -> None:
    shapes: list[object] = [
        None,
        {},
        "text",
        [None, 1, {"type": None, "endpoints": None}],
        [{"type": "vbs", "endpoints": [None, {"url": None}, {"url": 7}]}],
        [{"type": "vbs", "endpoints": [{"url": "x" * 5000}]}],
    ]
    for shape in shapes:
        assert catalog_rows(shape) == ()
    assert host_label("https://192.0.2.1/") == ""


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("https://x.example/api/v1/identity/v3", "https://x.example/api/v1/identity"),
        ("https://x.example/api/v1/identity/", "https://x.example/api/v1/identity"),
        ("https://x.example/identity/v2.0/", "https://x.example/identity"),
        ("https://X.example:443/v3/", "https://x.example"),
        ("https://[::1/v3", ""),
    ],
)
def test_only_a_version_at_the_end_of_auth_url_is_cut(url: str, root: str) -> None:
    assert identity_root(url) == root


def test_an_endpoint_that_is_there_and_cannot_be_used_is_told_so() -> None:
    rows = (entry("vbsv2", "http://vbs.example/v2"), entry("cbr", "https://cbr.example"))
    made = catalog(*rows, identity_root="https://keystone.example")
    with pytest.raises(NoEndpoint) as caught:
        made.endpoint("vbs", PID)
    assert "the catalog names VBS, but that cannot be used" in str(caught.value)
    assert "verify: false" in caught.value.hint
    assert "vbs_endpoint_override" in caught.value.hint


VBS_NL = "https://vbs.eu-nl.otc.example/v2"
DISKS = (
    entry("volumev3", "https://evs.eu-de.otc.example/v3"),
    entry("volumev3", "https://evs.eu-nl.otc.example/v3", region="eu-nl"),
)


@pytest.mark.parametrize(
    "made",
    [
        catalog(*DISKS, region="", overrides={"vbs": VBS_NL}),
        catalog(entry("vbsv2", VBS_NL, region="*"), *DISKS, region=""),
        catalog(entry("vbsv2", VBS_NL, region=""), *DISKS, region=""),
    ],
)
def test_disks_are_of_the_region_that_the_host_of_vbs_names(made: Catalog) -> None:
    chosen = made.in_one_region(PID)
    assert chosen.region == "eu-nl"
    assert chosen.endpoint("evs", PID).root == "https://evs.eu-nl.otc.example"


def test_a_vbs_of_no_region_needs_one_to_be_named() -> None:
    made = catalog(entry("vbsv2", "https://vbs.example/v2", region="*"), *DISKS, region="")
    with pytest.raises(NoEndpoint) as caught:
        made.in_one_region(PID)
    assert "eu-de, eu-nl" in str(caught.value)
    assert "--region" in caught.value.hint
    assert replace(made, region="eu-nl").in_one_region(PID).region == "eu-nl"


def test_the_own_region_goes_before_the_better_type() -> None:
    rows = (
        entry("volumev3", "https://evs.all.example/v3", region="*"),
        entry("volumev2", "https://evs.eu-de.example/v2"),
    )
    assert catalog(*rows).endpoint("evs", PID).root == "https://evs.eu-de.example"
