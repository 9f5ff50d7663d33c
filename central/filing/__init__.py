"""Handing filed cases to the city-management platform: an outbox, a worker, and connectors behind one protocol."""
