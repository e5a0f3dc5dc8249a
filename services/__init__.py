"""Long-running programs, one folder each, deployed to ECS."""
