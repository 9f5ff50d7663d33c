"""What a detector costs on this machine in every way that it can be run, and what each way costs in accuracy."""
