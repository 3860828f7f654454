"""The owner's settings pages for deadlines of all apps, and for the days nobody works."""
