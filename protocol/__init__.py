"""What boxes and the centre say to each other: messages, topics, evidence parts, ids and signatures."""
