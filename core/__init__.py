"""The kernel: mechanisms every app stands on. It knows no app."""
