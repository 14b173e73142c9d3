"""What keeps the rivers running: the daily dispatch, the sweep, the outbox."""
