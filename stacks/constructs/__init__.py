"""Building blocks that two stacks share, each with the rules it enforces."""
