"""``python -m vbs_tui``."""

import sys

from vbs_tui.cli import main

if __name__ == "__main__":
    sys.exit(main())
