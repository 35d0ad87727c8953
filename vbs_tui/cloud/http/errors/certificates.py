"""A certificate that was not accepted: what is wrong with it, and what to do.

By OpenSSL's verification codes. Nothing here advises to look away from a certificate.
"""

from __future__ import annotations

import ssl

from vbs_tui.text import clean

_MEANINGS = {
    9: "its certificate is not valid yet; look at this machine's clock",
    10: "its certificate has expired",
    18: "its certificate is self-signed",
    19: "its chain of certificates ends in one that this machine does not trust",
    20: "its certificate comes from an issuer that this machine does not trust",
    21: "its certificate comes from an issuer that this machine does not trust",
    23: "its certificate was revoked",
    62: "its certificate is for another host name",
    64: "its certificate is for another address",
}

_OWN_AUTHORITY = (
    "Get the authority's certificate from whoever runs it, in another way, and name its file:"
    " cacert in clouds.yaml, OS_CACERT in the environment. If nobody can explain it, do not log in."
)
_ADVICE = {
    9: "Set this machine's clock (NTP). If it is right, tell whoever runs the cloud that the"
    " certificate begins later.",
    10: "Tell whoever runs the cloud to renew it. If this machine's clock is wrong, set it (NTP).",
    18: "A cloud with a certificate of its own, or somebody in between. " + _OWN_AUTHORITY,
    19: "A cloud with an authority of its own, or a proxy that opens TLS. " + _OWN_AUTHORITY,
    20: "A cloud with an authority of its own, or a proxy that opens TLS. " + _OWN_AUTHORITY,
    21: "A cloud with an authority of its own, or a proxy that opens TLS. " + _OWN_AUTHORITY,
    23: "Do not log in there. Tell whoever runs the cloud.",
    62: "Correct the host name in the address (auth_url) to one that the certificate names. If it"
    " is right, a portal or proxy answers in the cloud's place, or the cloud's own is wrong:"
    " tell whoever runs it.",
}
_ADVICE[64] = _ADVICE[62]


def certificate_meaning(error: ssl.SSLCertVerificationError) -> str:
    """What is wrong, as the end of a sentence."""
    code = getattr(error, "verify_code", 0)
    text = clean(getattr(error, "verify_message", ""), 120)
    return _MEANINGS.get(code) or f"its certificate was not accepted ({text})"


def certificate_advice(error: ssl.SSLCertVerificationError) -> str:
    """What to do about it."""
    return _ADVICE.get(getattr(error, "verify_code", 0)) or (
        "Tell whoever runs the cloud. Never log in past a certificate that nobody can explain."
    )
