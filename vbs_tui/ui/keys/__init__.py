"""The command table, the keys of ``config.toml``, and the order in which keys take effect.

Imports no screen and no widget.
"""
