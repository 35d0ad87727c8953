"""What only the operator knows: asked for when a log-in needs it, a password once for them all."""

from __future__ import annotations

from dataclasses import replace

from vbs_tui.cloud.auth.lockout import RefusalCount
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.http.session import Session
from vbs_tui.cloud.provider import Ask, LogInQuestion, QuestionKind
from vbs_tui.cloud.secrets import Secret

_MESSAGES = {
    QuestionKind.PASSWORD: "no password was given",
    QuestionKind.PASSCODE: "no passcode was given",
    QuestionKind.VISIT: "the log-in in a browser was given up",
}
_SOURCES = {
    QuestionKind.PASSWORD: "A password comes from OS_PASSWORD, from password in clouds.yaml or"
    " secure.yaml, or is asked for on a terminal.",
    QuestionKind.PASSCODE: "A passcode is asked for on a terminal, at each log-in.",
    QuestionKind.VISIT: "Address and code for the browser are shown on a terminal, at each log-in.",
}
"""Where an answer can come from."""


class Declined(CloudError):  # noqa: N818 - an answer of the operator
    """The operator was asked, and did not answer."""


class Prompter:
    """Puts the questions of one user's log-ins, and makes their answers known to the redactor."""

    def __init__(
        self, session: Session, label: str, ask: Ask | None, *, cloud: str, tally: RefusalCount
    ) -> None:
        """*label* is the user's name; *ask* is ``None`` where nobody can be asked. *cloud* and
        *tally* go into the questions."""
        self._session = session
        self._label = label
        self._ask = ask
        self._cloud = cloud
        self._tally = tally
        self._typed: Secret | None = None

    async def answer(self, question: LogInQuestion, why: str = "") -> Secret:
        """The operator's answer; a password that was typed before serves until it is refused.

        *why*: for what reason it is asked now, as a sentence. Raises :class:`Declined`.
        """
        is_password = question.kind is QuestionKind.PASSWORD
        if is_password and self._typed is not None:
            return self._typed
        is_secret = question.kind is not QuestionKind.VISIT
        why = (self._tally.sentence if is_secret else "") or why
        question = replace(question, cloud=self._cloud, why=why)
        text = await self._ask(question) if self._ask is not None else None
        if not text:
            raise self._declined(question.kind)
        secret = Secret(text)
        if is_secret:
            self._session.redactor.add(secret, passing=not is_password)
        if is_password:
            self._typed = secret
        return secret

    def forget(self) -> None:
        """What was typed does not serve."""
        self._typed = None

    def _declined(self, kind: QuestionKind) -> Declined:
        return Declined(
            Failure(
                ErrorKind.LOG_IN,
                Executed.NO,
                "log in",
                self._label,
                message=_MESSAGES[kind],
                hint=_SOURCES[kind],
                at=self._session.clock.now(),
                declined=True,
            )
        )
