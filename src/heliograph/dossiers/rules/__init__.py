"""Pure rules of cases: what the statute lets be done at which stage, by whom, and why not. One module per stage."""
