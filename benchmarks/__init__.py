"""Measurements; each beside a bare baseline in the same run, as machines differ."""
