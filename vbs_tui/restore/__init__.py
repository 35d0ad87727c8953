"""A restore from intention to verdict: engine, submission, journal, watching. Knows no screen.

May import ``cloud`` (the seam: provider, resources, errors). Imported by ``ui`` and ``commands``.
"""
