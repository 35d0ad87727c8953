"""Credentials of the simulated cloud: tokens, passcodes, signatures of access keys."""
