"""What goes wrong on purpose: ``kinds`` lists the faults, ``effects`` does them.

``scopes`` says which requests a fault can be limited to, ``rules`` reads how faults are written,
``gates`` holds requests until they are released.
"""
