"""The doors of the program: the console, and the commands for scripts. All over one engine."""
