"""One widget a file: the five panes, title line, key bar.

May import ``render`` and ``keys``, no screen.
"""
