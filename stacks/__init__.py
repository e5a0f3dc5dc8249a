"""What is deployed: one Stage for each environment, composed of common and service stacks."""
