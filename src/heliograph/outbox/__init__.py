"""What leaves the system and what is done later: background jobs in the same database and transaction."""
