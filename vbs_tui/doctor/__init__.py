"""The checks of ``vbs-tui doctor``, one file for each. They send nothing but reads.

Here are the checks of this machine; ``network`` has those before a log-in, ``cloud`` those with
one, ``online`` runs both. A check returns a ``finding``. May import ``restore``, ``cloud`` and what
``ui`` renders without a screen; imported by ``commands`` only.
"""
