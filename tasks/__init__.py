"""The recipes: what is to be done, one folder a river, and two doors each (Celery and the command line)."""
