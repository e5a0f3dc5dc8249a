"""The organisation: what holds the accounts together, and what each account around them keeps."""
