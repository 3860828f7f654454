"""How somebody likes their lists: views they saved, columns they chose, and how dense rows are."""
