"""Clouds, over HTTP: log-in, lists, restores. Knows no screen and no journal.

``provider``, ``resources``, ``errors`` and ``request_log`` are the seam: what ``restore`` and
``ui`` see of a cloud. They import nothing of the rest. ``connection`` puts the rooms together.
"""

import sys

# httpx imports its own command line where click and rich are installed, which takes a third of its
# import time. Marked as missing, it is left out, as httpx provides for.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
