"""Checks over a synthesised cloud assembly: files only, never the app that wrote them."""
