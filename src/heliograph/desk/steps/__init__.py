"""The forms of the steps of a case: what each act of `dossiers` asks for, and the call that it becomes."""
