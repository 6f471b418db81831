"""Long walks and kill campaigns: a short form in `make test`, the long one in `make test-deep`."""
