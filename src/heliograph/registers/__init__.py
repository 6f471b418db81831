"""Registers (清单): bodies, people, accounts, certificates, laws, and the draft versions of every public register."""
