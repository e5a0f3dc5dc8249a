"""What the central system does: use cases over ports."""
