"""What a status document means: pure, without AWS."""
