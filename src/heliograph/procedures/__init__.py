"""Running cases: the tokens, tasks and timers of procedures, and the releases that they run by."""
