"""Log-in by keystoneauth's plugins (OIDC, SAML, Kerberos …), which run in a thread.

May import the rest of ``cloud.auth`` and ``cloud.http``. Only ``transport`` and what runs in the
thread import ``keystoneauth1`` and ``requests``, which are slow to load.
"""
