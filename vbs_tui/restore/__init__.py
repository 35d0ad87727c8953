"""Restores: hazards, submission, journal, watch, verdict. Knows no screen and sends no HTTP itself.

Other rooms talk to ``backend``. Imports go one way: ``backend`` → ``engine`` → ``submission``,
``journal_follower``, ``watch`` → ``active_restore`` → ``events`` → ``journal``; ``cloud_session`` →
``list_reader``; ``checks`` imports only ``journal``. Of ``vbs_tui.cloud``: provider, resources,
errors, secrets, and of its ``http`` the request log and the error envelopes.
"""
