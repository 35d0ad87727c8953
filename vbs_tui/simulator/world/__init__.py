"""What the simulated cloud contains, and how it changes with time. Knows no HTTP."""
