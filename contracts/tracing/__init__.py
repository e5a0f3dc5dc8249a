"""Traces: how a message, a request or an event is told of through every program that it reaches.

It goes from one program to the next as ``traceparent`` (W3C Trace Context). Programs that trace
have OpenTelemetry in their lock; no other imports this.
"""
