"""The box in the middle of the screen that all dialogs share."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from textual.screen import ModalScreen

R = TypeVar("R")


class Dialog(ModalScreen[R]):
    """Subclasses compose a container with the id ``dialog``."""

    # Absolute: Textual looks for a relative path beside the file of the subclass.
    CSS_PATH = Path(__file__).with_name("dialog.tcss")
