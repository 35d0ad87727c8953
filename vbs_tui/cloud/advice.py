"""What to do about a failed first contact, in words, where the failure does not say so itself."""

from __future__ import annotations

from dataclasses import replace

from vbs_tui.cloud.errors import ErrorKind, Failure


def advised(failure: Failure) -> Failure:
    """*failure* with a hint, if one is known and it had none."""
    hint = failure.hint or _hint(failure)
    return replace(failure, hint=hint) if hint else failure


def _hint(failure: Failure) -> str:
    text = f"{failure.message} {failure.raw_body}".lower()
    if failure.code.upper().endswith(".0303") and "sign" in text and "expired" in text:
        return "The signature is too old or too new: set this machine's clock (15 minutes at most)."
    if failure.kind is ErrorKind.LOG_IN and failure.status in (200, 201):
        return (
            "That address does not answer as an identity service: correct auth_url or the proxy, "
            "or log in to the network's own portal (guest Wi-Fi, company) in a browser first."
        )
    if failure.kind is not ErrorKind.NOT_SENT:
        return ""
    if "proxy" in text:
        return (
            "Look at https_proxy and no_proxy: a proxy that asks for a log-in (407) needs "
            "user and password in its URL."
        )
    if "cannot be resolved" in text:
        return "Look for a typing error in auth_url, then at DNS, the VPN and https_proxy."
    if "refused the connection" in text:
        return "Nothing listens at that address and port: look at auth_url, VPN and firewall."
    return ""
