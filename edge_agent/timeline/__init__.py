"""What the rules made of each look, stay by stay, so that a person sees why something was reported or was not."""
