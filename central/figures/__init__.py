"""Figures: what the cases say when they are counted. Reads the tables only, changes nothing."""
