"""What billing does, against ports that adapters fill."""
