"""What the commands share: the argument parser, the choice of a cloud, output, prompts, signals.

Imported by ``commands`` and ``cli`` only. Imports no single command.
"""
