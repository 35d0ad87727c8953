"""The process and its terminal: environment, signals, output, questions, the end.

Imported by ``commands`` and ``cli`` only.
"""
