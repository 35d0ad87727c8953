"""Log-ins with a passcode of a virtual MFA device (RFC 6238), checked by the real Keystone."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import struct
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.lab.clouds import Lab, connected, log_ins
from tests.lab.keystone import Keystone
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed
from vbs_tui.cloud.provider import LogInQuestion, QuestionKind

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("lab"), pytest.mark.timeout(240)]


def passcode(key: bytes, moment: float) -> str:
    """Six digits for the half minute of *moment*."""
    digest = hmac.new(key, struct.pack(">Q", int(moment // 30)), hashlib.sha1).digest()
    at = digest[-1] & 15
    number = struct.unpack(">I", digest[at : at + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


@dataclass
class Operator:
    """A user with a device, and the person who reads it."""

    lab: Lab
    user_id: str
    key: bytes = field(repr=False)
    asked: list[LogInQuestion] = field(default_factory=list)
    wrong: bool = False

    async def answer(self, question: LogInQuestion) -> str:
        self.asked.append(question)
        if question.kind is QuestionKind.PASSWORD:
            return self.lab.auth["password"]
        code = passcode(self.key, time.time())
        return f"{(int(code) + 500_000) % 1_000_000:06d}" if self.wrong else code

    def settings(self, kind: str, **more: object) -> CloudSettings:
        auth: dict[str, object] = {**self.lab.auth, **more}
        if kind == "v3totp":
            del auth["password"]
        return self.lab.settings(auth, auth_type=kind)


@pytest.fixture
def operator(keystone: Keystone, tmp_path: Path) -> Operator:
    name, password = f"device-{secrets.token_hex(4)}", secrets.token_urlsafe(12)
    user_id = keystone.new_user(name, password, "eu-de_prod")
    key = keystone.new_device(user_id)
    return Operator(keystone.user(tmp_path).as_user(name, password), user_id, key)


def test_passcodes_are_those_of_the_standard() -> None:
    """Appendix B of RFC 6238, to six digits."""
    key = b"12345678901234567890"
    found = [passcode(key, moment) for moment in (59, 1111111109, 20000000000)]
    assert found == ["287082", "081804", "353130"]


METHODS: dict[str, dict[str, object]] = {
    "v3multifactor": {"auth_methods": ["v3password", "v3totp"]},
    "v3totp": {},
}


@pytest.mark.parametrize("kind", METHODS)
async def test_passcode_logs_in(kind: str, operator: Operator, keystone: Keystone) -> None:
    if kind == "v3multifactor":
        keystone.demand_passcodes(operator.user_id)
    settings = operator.settings(kind, **METHODS[kind])
    async with connected(settings, ask=operator.answer) as connection:
        assert [one.name for one in await connection.projects()] == ["eu-de_prod"]
        assert [one.kind for one in operator.asked] == [QuestionKind.PASSCODE]
        assert operator.lab.auth["username"] in operator.asked[0].prompt
        (sent,) = log_ins(connection)
        assert sent.status == 201
        assert '"totp"' in sent.request_body
        assert passcode(operator.key, sent.at.timestamp()) not in sent.request_body
        assert operator.lab.auth["password"] not in sent.request_body


@pytest.mark.parametrize("kind", METHODS)
async def test_wrong_passcode_is_refused_once(kind: str, operator: Operator) -> None:
    operator.wrong = True
    settings = operator.settings(kind, **METHODS[kind])
    async with connected(settings, ask=operator.answer) as connection:
        with pytest.raises(CloudError) as caught:
            await connection.projects()
        failure = caught.value.failure
        assert (failure.kind, failure.executed) == (ErrorKind.LOG_IN, Executed.NO)
        assert failure.status == 401
        assert "requires authentication" in failure.message
        assert failure.request_id.startswith("req-")
        assert failure.hint
        assert len(operator.asked) == len(log_ins(connection)) == 1

        # The operator tries again, with the right one.
        operator.wrong = False
        assert [one.name for one in await connection.projects()] == ["eu-de_prod"]
        assert len(operator.asked) == len(log_ins(connection)) == 2


async def test_password_alone_where_a_passcode_is_demanded(
    operator: Operator, keystone: Keystone
) -> None:
    """Keystone's answer is no error in words: a receipt, and what else it wants."""
    keystone.demand_passcodes(operator.user_id)
    async with connected(operator.settings("password"), ask=operator.answer) as connection:
        with pytest.raises(CloudError) as caught:
            await connection.projects()
        failure = caught.value.failure
        assert (failure.kind, failure.executed) == (ErrorKind.LOG_IN, Executed.NO)
        assert failure.status == 401
        (wanted,) = json.loads(failure.raw_body)["required_auth_methods"]
        assert set(wanted) == {"password", "totp"}
        assert f"demands more than it was given: {' + '.join(wanted)}" in failure.message
        assert "v3multifactor" in failure.hint
        assert failure.request_id.startswith("req-")
        assert operator.asked == []
        assert len(log_ins(connection)) == 1
