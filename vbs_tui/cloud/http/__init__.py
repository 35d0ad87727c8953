"""One HTTP exchange: session, retries, rate limit, proxies, TLS, request log, error envelopes.

Knows no service and no log-in. Imports nothing of ``cloud`` but errors and secrets.
"""
