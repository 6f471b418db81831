"""The public face (公示门户): reads what was released, nothing else."""
