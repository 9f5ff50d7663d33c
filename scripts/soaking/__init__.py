"""Days of many cameras straight through the rules, to see whether anything leaks, drifts or is made up."""
