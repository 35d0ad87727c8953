"""What happens after a restore was sent: polls of job, disk and backup, and the verdict.

Of ``restore`` it imports ``active_restore``, ``events`` and ``journal``.
"""
