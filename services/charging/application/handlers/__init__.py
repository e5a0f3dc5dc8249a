"""One handler for each message that stations send."""
