"""Pictures that officers ask boxes for, to see a place as it is now."""
