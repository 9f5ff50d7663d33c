"""What the box tells people, in Chinese and English."""
