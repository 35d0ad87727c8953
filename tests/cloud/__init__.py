"""Tests of the cloud room, over real loopback sockets."""
