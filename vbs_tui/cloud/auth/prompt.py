"""Asks the operator for what a log-in needs and the configuration lacks."""

from __future__ import annotations

from dataclasses import replace

from vbs_tui.cloud.auth.log_in_errors import log_in_failure
from vbs_tui.cloud.auth.refusal_history import RefusalHistory
from vbs_tui.cloud.errors import CloudError
from vbs_tui.cloud.http.session import Session
from vbs_tui.cloud.provider import Ask, LogInQuestion, QuestionKind
from vbs_tui.cloud.secrets import Secret

_DECLINED = {
    QuestionKind.PASSWORD: (
        "no password was given",
        (
            "A password comes from OS_PASSWORD, from password in clouds.yaml or"
            " secure.yaml, or is asked for on a terminal."
        ),
    ),
    QuestionKind.PASSCODE: (
        "no passcode was given",
        "A passcode is asked for on a terminal, at each log-in.",
    ),
    QuestionKind.VISIT: (
        "the log-in in a browser was given up",
        "Address and code for the browser are shown on a terminal, at each log-in.",
    ),
}
"""The message of a question without an answer, and where an answer can come from."""


class LogInPrompt:
    """Asks the questions of one user's log-ins, and adds the answers to the redactor.

    A password that was typed is used for later log-ins, too, until the cloud refuses it.
    """

    def __init__(
        self, session: Session, label: str, ask: Ask | None, cloud: str, history: RefusalHistory
    ) -> None:
        """*label* is the user's name, *cloud* the cloud's; *ask* is ``None`` without a terminal
        to ask on."""
        self._session = session
        self._label = label
        self._ask = ask
        self._cloud = cloud
        self._history = history
        self._password: Secret | None = None

    async def ask(self, question: LogInQuestion, why: str = "") -> Secret:
        """The operator's answer. *why*: the reason for the question, as a sentence.

        Raises ``CloudError`` (with ``declined`` set) when there is no answer.
        """
        is_password = question.kind is QuestionKind.PASSWORD
        if is_password and self._password is not None:
            return self._password
        is_secret = question.kind is not QuestionKind.VISIT
        why = (self._history.warning if is_secret else "") or why
        question = replace(question, cloud=self._cloud, why=why)
        text = await self._ask(question) if self._ask is not None else None
        if not text:
            raise self._declined(question.kind)
        secret = Secret(text)
        if is_secret:
            self._session.redactor.add(secret, temporary=not is_password)
        if is_password:
            self._password = secret
        return secret

    def forget_password(self) -> None:
        """The typed password was refused."""
        self._password = None

    def _declined(self, kind: QuestionKind) -> CloudError:
        message, hint = _DECLINED[kind]
        now = self._session.clock.now()
        return CloudError(log_in_failure(now, message, hint, target=self._label, declined=True))
