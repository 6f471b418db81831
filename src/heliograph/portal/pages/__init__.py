"""Pages of the portal: small function views, one module per subject."""
