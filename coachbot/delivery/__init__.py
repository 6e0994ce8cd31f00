"""Nothing is lost and nobody is flooded: the inbox on the way in, the outbox on the way out."""
