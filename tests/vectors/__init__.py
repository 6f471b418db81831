"""Records and logs checked by programs that share no code with the product."""
