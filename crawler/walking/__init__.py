"""What a walk over lists must know of answers: how old they are, where they came from, what they leave out."""
