"""What an environment has once: deployed first, shared by its programs."""
