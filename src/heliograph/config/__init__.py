"""Settings, addresses, the command line and what starts and stops the product."""
