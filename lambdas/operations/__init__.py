"""What the infrastructure itself runs: custom resources."""
