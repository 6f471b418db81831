"""Packs (规则包): law as versioned data. `schema` is the one place that says what a pack may hold.

Reading goes one way: `yaml_source` (bytes to plain data) → `validation` (plain data to models) → `merge` (parents and
child to one pack) → `check` (the pack read as a whole) → `load` (from a root, by name).
"""
