"""What the box keeps through a power cut until the centre has it: violations, their evidence, the rules' memory."""
