"""Intake of realization lines, pure: messages and files read, every line judged before anything is sent."""
