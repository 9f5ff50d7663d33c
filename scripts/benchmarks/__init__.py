"""What one camera costs: the parts that the benchmarks share."""
