"""What goes wrong on purpose: rules that choose requests, and what happens to these."""
