"""A terminal console for restoring cloud disks."""

__version__ = "0.1.0"
