"""``python -m vbs_tui``."""

from vbs_tui.cli import program

if __name__ == "__main__":
    program()
