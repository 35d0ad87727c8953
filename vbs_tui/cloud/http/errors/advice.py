"""What to do, in sentences, about failures whose cause alone does not say it."""

from __future__ import annotations

NAME_UNKNOWN = (
    "Look for a typing error in the address (auth_url), then at DNS and the VPN. Where names are"
    " resolved by a proxy only, set https_proxy."
)
REFUSED = "Nothing listens at that address and port: look at auth_url, VPN and firewall."
NO_CONNECTION = "Look at network, VPN and firewall, and whether a proxy is needed (https_proxy)."
NO_ROUTE = (
    "This machine has no route to that host. Look at network and VPN; a host with IPv6 addresses"
    " only needs a network or VPN with IPv6, or a proxy (https_proxy); vbs-tui doctor shows"
    " its addresses."
)
SILENT = (
    "That address does not answer at all: look at VPN and firewall, and whether a proxy is needed"
    " (https_proxy)."
)
NO_TLS = (
    "That port does not speak TLS as expected: look at scheme and port of the address (auth_url),"
    " then for a proxy or portal in between."
)
NO_HTTP = "Look at scheme (http, https) and port of the address, then for a proxy in between."
LOST = "Look at network and VPN, then try again."
SEND_ABORTED = (
    "The connection or the log-in is slow at the moment. Nothing was sent; restore again."
)
HUNG_UP = (
    "A port that speaks TLS only may hang up on plain HTTP like this: look at scheme (http, https)"
    " and port of the address. If they are right, look at network and VPN, then try again."
)
BAD_FILES = (
    "Correct cacert, cert and key of the configuration (OS_CACERT, OS_CERT, OS_KEY): each names a"
    " readable PEM file."
)
BAD_ADDRESS = "Correct the address (auth_url, or the endpoint that was named for the service)."
KEY_REFUSED = (
    "Access key, secret key or this machine's clock is wrong (15 minutes are too much). Correct "
    "them before trying again."
)
BAD_HEADER = (
    "The access key or token holds a character that no request can carry: look for the end of a"
    " line, a blank or an umlaut in it."
)
USE_HTTPS = (
    "Write https in auth_url. Plain HTTP to another machine (a practice cloud) is used only with"
    " verify: false (OS_INSECURE=true); the title line then shows it in red."
)

PORTAL = (
    "A web page came, not a cloud's answer. Open any page in a browser: the network (guest Wi-Fi,"
    " company) may want a log-in of its own first. If not, correct auth_url or the proxy"
    " (https_proxy, no_proxy). Then try again."
)
NO_IDENTITY = (
    "That address does not answer as an identity service: correct auth_url or the proxy,"
    " or log in to the network's own portal (guest Wi-Fi, company) in a browser first."
)
REDIRECTED = (
    "Redirections are never followed. Open any page in a browser: the network (guest Wi-Fi,"
    " company) may want a log-in of its own first. If not, correct the address (auth_url, the"
    " endpoint), or take the proxy out with no_proxy."
)
ANOTHER = (
    "It was only a read, and nothing is sent because of such a response. Read again; if it stays"
    " so, a cache or gateway mixes up responses: tell whoever runs the cloud."
)
