"""A cloud on a loopback socket: IAM, EVS and VBS for ``--demo``, tests and rehearsals.

``services`` answers the calls, ``world`` holds what there is, ``faults`` makes things go wrong.
It imports nothing of the rest of the program, so that both cannot share a mistake. Importing it is
cheap; the web server is loaded by :meth:`Simulator.start`.
"""

from vbs_tui.simulator.faults.rules import Faults
from vbs_tui.simulator.options import Options
from vbs_tui.simulator.simulator import Simulator
from vbs_tui.simulator.world.ledger import Ledger, RequestRecord, RestoreRecord
from vbs_tui.simulator.world.world import Backup, Project, Script, Volume, World

__all__ = [
    "Backup",
    "Faults",
    "Ledger",
    "Options",
    "Project",
    "RequestRecord",
    "RestoreRecord",
    "Script",
    "Simulator",
    "Volume",
    "World",
]
