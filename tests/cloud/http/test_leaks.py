"""No secret in the log, in an error or in a traceback, whatever a server throws back."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.toy_cloud import BACKUP, PASSWORD, PROJECT, VOLUME, ToyCloud
from tests.support.wire_server import Heard, Reply, json_reply
from vbs_tui.cloud.errors import CloudError
from vbs_tui.cloud.resources import Project

THE_PROJECT = Project(PROJECT, "eu-de_prod")
SECRETS = ("wörd", "zq77", "gAAAA", "sec-ret-vk")


async def test_no_secret_in_log_errors_or_tracebacks() -> None:
    """A server that throws every secret back at us, in its headers and in its words."""

    def echo(heard: Heard) -> bytes:
        text = f"you said {heard.token} and {PASSWORD} and {heard.body.decode()}"
        body = {
            "error": {"message": text, "code": "EVS.9999"},
            "service_metadata": json.dumps({"VK": "sec-ret-vk"}),
        }
        return json_reply(body, 400, {"X-Request-Id": heard.token or "none"})

    async def drop(writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    def log_in(heard: Heard, auth: dict[str, Any]) -> Reply | None:
        return log_ins.pop(0)(heard)

    log_ins: list[Callable[[Heard], Reply | None]] = [
        lambda heard: drop,
        echo,
        lambda heard: None,
        lambda heard: None,
    ]
    errors: list[CloudError] = []
    cloud = ToyCloud(echo, log_in)
    async with cloud:
        connection = cloud.connection()
        for _ in range(2):
            with pytest.raises(CloudError) as caught:
                await connection.projects()
            errors.append(caught.value)
        cloud.clock.passed += 31  # the same secret rests for a while
        await connection.projects()
        provider = await connection.open(THE_PROJECT)
        calls: list[Callable[[], Any]] = [
            lambda: provider.volume(VOLUME),
            lambda: provider.backup(BACKUP),
            lambda: provider.job("ff80"),
            lambda: provider.submit(BACKUP, VOLUME),
            lambda: anext(aiter(provider.backups())),
        ]
        for call in calls:
            with pytest.raises(CloudError) as caught:
                await call()
            errors.append(caught.value)
        cloud.service = lambda heard: drop
        with pytest.raises(CloudError) as caught:
            await provider.submit(BACKUP, VOLUME)
        errors.append(caught.value)
    shown = [repr(connection.request_log.calls()), repr(connection), repr(provider)]
    for error in errors:
        shown += [str(error), repr(error), repr(error.failure)]
        told = traceback.TracebackException.from_exception(error, capture_locals=True)
        own = [line for line in told.format() if "tests/cloud" not in line]
        shown += own
    text = "\n".join(shown)
    assert "«hidden»" in text
    assert "you said" in text
    for secret in SECRETS:
        assert secret not in text, text[max(0, text.find(secret) - 300) : text.find(secret) + 100]
