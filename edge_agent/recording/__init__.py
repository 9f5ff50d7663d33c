"""Observations kept on disk, found again by day and camera, and put through the rules once more."""
