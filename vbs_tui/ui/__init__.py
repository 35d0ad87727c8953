"""The screen: shows and asks; decides nothing and speaks no HTTP."""

import os

from vbs_tui.terminal import drop_switches

# Before Textual is imported, which reads its variables at once.
drop_switches(os.environ)
