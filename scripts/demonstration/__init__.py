"""The parts of the demo: the clip, its zones, a centre and a box as processes, and what is shown of them."""
