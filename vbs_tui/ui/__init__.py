"""The Textual console. ``app`` wires ``screens``, which hold ``widgets``; ``render`` and ``store``
know neither. Speaks no HTTP.

May import ``restore``, the seam of ``cloud`` (provider, resources, errors) and ``codes``.
"""
