"""The case file (案卷): parties, facts, proceedings, decision, service, execution and closing of each case."""
