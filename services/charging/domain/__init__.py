"""Stations, tokens, sessions, metering and the protocol's rules: pure, without I/O."""
