"""The terminal itself: driver, colours, suspend, shutdown. Most are mixins of the app.

Imports no screen and no widget.
"""
