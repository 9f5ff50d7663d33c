"""Measuring the box's judgement on labelled clips."""
