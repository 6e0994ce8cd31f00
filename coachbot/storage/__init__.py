"""Tables, migrations and the store. The only room that speaks SQL."""
