"""Records of every act, bound by hashes and sequenced into two append-only logs that outsiders can check."""
