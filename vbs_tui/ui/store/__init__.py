"""The state of the console, fed by events. Imports no widget and no screen."""
