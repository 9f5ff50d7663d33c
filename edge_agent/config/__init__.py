"""What the box is told to do: one YAML file, read strictly, with every fault said."""
