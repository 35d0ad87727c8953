"""The simulated services, one file each: calls, states and the bodies of responses.

Each names its own routes. A new service is one file and one row in ``app``.
"""
