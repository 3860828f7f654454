"""The command palette: from any page to any other, to an act, or to a thing by its number."""
