"""What a reply says: text in, Assessment out. Knows no person and no database."""
