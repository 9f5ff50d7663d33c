"""Looking at a picture: which parts the detector gets, and what the rules are told of it."""
