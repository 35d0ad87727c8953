"""What is checked before a restore is sent: hazards, the text to type, a last reading of both.

Of ``restore`` it imports only ``journal``.
"""
