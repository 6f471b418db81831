"""Law as data: the packs, installed as `heliograph_packs`."""
