"""Originals of evidence of any subject: received as a stream, named by what they are, hashed, never altered."""
