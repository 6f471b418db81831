"""Commands of the product as a whole; `heliograph --help` lists them."""
