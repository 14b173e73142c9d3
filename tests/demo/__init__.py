"""`make demo`: everything on this machine once, for a new user's eyes, every figure of it checked."""
