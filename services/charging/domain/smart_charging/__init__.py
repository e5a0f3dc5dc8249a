"""Smart charging: what a site's connection can carry, shared among its sessions. Pure.

Currents are integer milliamperes of one phase, in steps that OCPP can say.
"""
