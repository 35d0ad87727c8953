"""What the program knows of clouds. Speaks HTTP; knows no screen and no disk."""

import sys

# httpx loads a command line of its own with itself, where it finds what that needs: a third of
# its time. Marked as not there, it is left out, as httpx provides for.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
