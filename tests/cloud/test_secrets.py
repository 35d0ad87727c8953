"""Secrets do not tell themselves, and text that holds them is cleared of them."""

from __future__ import annotations

import json
import pickle
from urllib.parse import quote

import pytest

from vbs_tui.cloud.secrets import BLOT, Redactor, Secret, hide_named

VALUE = 'p"a\\ß &<word>'


def test_secret_shows_nowhere() -> None:
    secret = Secret(VALUE)
    shown = [repr(secret), str(secret), f"{secret}", f"{secret:>40}", "%s" % secret, repr([secret])]  # noqa: UP031
    assert not any("word" in text for text in shown)
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    assert secret == Secret(VALUE)
    assert secret != Secret("other")
    assert secret.reveal() == VALUE


@pytest.mark.parametrize(
    "shape", [str, json.dumps, lambda text: quote(text, safe=""), lambda text: json.dumps([text])]
)
def test_known_secret_is_blotted_in_every_shape(shape: object) -> None:
    assert callable(shape)
    redactor = Redactor()
    redactor.add(Secret(VALUE))
    text = redactor.blot(f"before {shape(VALUE)} after", 1000)
    assert BLOT in text
    assert "word" not in text
    assert "after" in text


def test_secret_at_the_cut_leaves_no_beginning() -> None:
    redactor = Redactor()
    redactor.add(Secret("gAAAAAB" + "z" * 3000))
    for limit in range(5, 40):
        assert "gAA" not in redactor.blot("0123456789gAAAAAB" + "z" * 3000, limit)


@pytest.mark.parametrize(
    "text",
    [
        '{"password": "hun\\"ter2"}',
        '{"adminPass":"hunter2"',
        '{"passcode": "hunter2", "a": 1}',
        '{"service_metadata": " {\\"VK\\": \\"hunter2\\", \\"ST\\": 0} "}',
        '{"VK": 1234hunter2}',
        "X-Auth-Token: hunter2 hunter2\r\nHost: x",
        "<p>authorization=Basic hunter2</p>",
        '{"x-subject-token": "hunter2',
    ],
)
def test_field_named_like_a_secret_is_hidden(text: str) -> None:
    assert "ter2" not in hide_named(text)


def test_harmless_fields_stay() -> None:
    text = '{"token": {"expires_at": "2026"}, "name": "password-db", "signed": "no"}'
    assert hide_named(text) == text


def test_credentials_are_not_forgotten_over_tokens() -> None:
    redactor = Redactor()
    redactor.add(Secret("the-password"))
    for number in range(1000):
        redactor.add(Secret(f"token-number-{number}"), temporary=True)
    assert "the-password" not in redactor.blot("the-password", 100)
    assert "token-number-999" not in redactor.blot("token-number-999", 100)
