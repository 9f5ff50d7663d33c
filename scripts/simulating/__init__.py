"""A simulated day of a city, through the centre's real parts: its streets, its people, and the accounting after it."""
