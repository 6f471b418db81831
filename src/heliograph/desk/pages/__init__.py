"""The pages of the desk, one module per part of the work. A page reads a form, calls an act and redirects."""
