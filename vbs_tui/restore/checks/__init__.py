"""Before a request: hazards, what the operator confirms, and what is read again directly before."""
