"""Settings of one cloud from ``clouds.yaml``, ``secure.yaml`` and the ``OS_*`` variables.

May import ``cloud.auth`` and ``cloud.http``.
"""
