"""The checks of ``vbs-tui doctor``, one file for each subject. Sends nothing but reads.

May import ``restore`` and ``cloud``; imported by ``commands`` only.
"""
