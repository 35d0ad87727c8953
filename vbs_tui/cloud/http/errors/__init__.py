"""Failed exchanges as ``CloudError``: what went wrong, whether it ran, and what to do about it.

May import the other modules of ``cloud.http``, but not its session, client and service client.
"""
