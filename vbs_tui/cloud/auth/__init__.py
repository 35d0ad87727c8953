"""From credentials to the proof on each request: log-in, tokens and their renewal, signatures.

May import ``cloud.http``.
"""
