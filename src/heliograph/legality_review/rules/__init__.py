"""Pure rules of legality review: what it is bound to, when each act may be done, and who may review."""
