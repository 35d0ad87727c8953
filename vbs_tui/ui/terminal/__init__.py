"""What the console does with the terminal itself: driver, colours, suspend, shutdown.

Imports no screen and no widget.
"""
