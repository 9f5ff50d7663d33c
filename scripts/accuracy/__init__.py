"""The figures of docs/accuracy.md: each file measures one thing and gives plain data."""
