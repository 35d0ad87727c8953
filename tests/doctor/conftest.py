"""The commands' own fixtures: ``doctor`` is one of them."""

from tests.commands.conftest import shell, simulator

__all__ = ["shell", "simulator"]
