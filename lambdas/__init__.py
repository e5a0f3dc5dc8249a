"""Functions, one folder for each package, deployed to Lambda."""
