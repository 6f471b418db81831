"""Documents of any subject: composed from a pack's form and data, drawn as PDF and Word, kept with a fingerprint."""
