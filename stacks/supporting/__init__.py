"""Services beside the programs, each of which an environment may do without."""
