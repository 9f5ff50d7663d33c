"""What a site agrees upon: working hours, who answers for which place, deadlines, and what goes without a person."""
