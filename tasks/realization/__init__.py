"""The river of realization lines: every valid line exactly once in AFAS, and a reason for every other."""
