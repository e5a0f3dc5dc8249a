"""Taking documents in and answering for a device's history, over ports."""
