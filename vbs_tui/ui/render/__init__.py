"""Pure functions from a resource to cells and lines of text. No widget, no screen, no clock.

The columns of a list are in ``*_columns``, the words of the confirmation in ``confirmation_text``.
"""
