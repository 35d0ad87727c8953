"""HTTP: session, retries, rate limit, proxies, TLS, error envelopes; ``errors`` for what fails.

Knows no service and no log-in. Imports nothing of ``cloud`` but its secrets and the seam.
"""
