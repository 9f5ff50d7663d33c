"""Cases: what a duty officer reviews, with every step of their way."""
