"""The demonstration: one command deploys an environment, charges cars and writes the invoice."""
