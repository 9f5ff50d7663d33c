"""What boxes say: received, checked, stored, committed, and only then acknowledged."""
