"""The box's way to the centre: one line to the broker, evidence in parts, signed messages, acknowledgements."""
