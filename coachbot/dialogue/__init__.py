"""One step of a conversation: (person, incoming) to (new state, replies). One file per flow."""
