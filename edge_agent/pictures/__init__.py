"""A picture for an officer who wants to see the place now: asked for by the centre, taken, and answered."""
