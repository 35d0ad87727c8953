"""The checks before a log-in: address, proxy, DNS, TCP, TLS, clock, identity service.

No credential is used here.
"""
