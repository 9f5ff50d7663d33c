"""How the box is, told every so often, and whether it keeps up with its cameras."""
