"""First contacts that fail in the ways of the real world: each says what to do."""

from __future__ import annotations

import pytest

from vbs_tui.cloud.connection import CloudConnection
from vbs_tui.cloud.credentials import PasswordCredentials, User
from vbs_tui.cloud.errors import CloudError, Failure
from vbs_tui.cloud.secret import Secret
from vbs_tui.cloud.settings import CloudSettings


async def met(url: str) -> Failure:
    credentials = PasswordCredentials(User("jane", domain_name="ops"), Secret("hush-hush"))
    connection = CloudConnection(CloudSettings(auth_url=url, credentials=credentials))
    with pytest.raises(CloudError) as caught:
        await connection.projects()
    await connection.aclose()
    return caught.value.failure


async def test_name_that_does_not_resolve() -> None:
    failure = await met("https://no-such-host.invalid/v3")
    assert "DNS" in failure.hint


async def test_nobody_listens_on_ipv6() -> None:
    failure = await met("http://[::1]:9/v3")
    assert "auth_url" in failure.hint
