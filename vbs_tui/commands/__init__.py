"""One file for each command of ``vbs-tui``, named like it.

May import everything below: ``doctor``, ``ui``, ``restore``, ``cloud``, ``codes``, ``simulator``.
"""
