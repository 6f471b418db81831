"""What a user of the running product can do, named by requirement."""
