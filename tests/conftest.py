"""What every test may use. Servers and Chromium come from tests/plugins."""
