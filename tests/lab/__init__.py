"""Against a real Keystone and a real Cinder on this machine."""
