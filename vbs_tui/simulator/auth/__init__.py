"""Who may come in: tokens, signatures, passcodes."""
