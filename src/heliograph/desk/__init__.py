"""The staff face (工作台): pages that read a form and call an action."""
