"""From credentials to authorized requests: log-ins, tokens and their renewal, signatures.

May import ``cloud.http``; never ``cloud.config``, which makes the credentials.
"""
