"""The hands and tools: everything that touches the world outside this process."""
