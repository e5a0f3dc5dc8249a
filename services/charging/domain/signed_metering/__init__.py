"""Signed meter values: proof of the energy that a bill is about (OCMF of the S.A.F.E. initiative).

Pure: what a meter signed is read, its signature checked with the meter's public key, and the energy
compared with the session's.
"""
