"""The protocol of AFAS Profit: the only door to its network address, and the only place with requests."""
