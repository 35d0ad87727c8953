"""Other people's clients against the simulated cloud."""
