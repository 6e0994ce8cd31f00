"""What to say about a reply and what to ask next. Pure: no clock, no SQL, no files after start-up."""
