"""Log-in by the plugins of keystoneauth (OIDC, SAML, Kerberos …), which run in a thread."""
