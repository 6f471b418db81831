"""Packages of the wheel: the code under `src`, and the packs at the top of the tree as `heliograph_packs`.

The rest of the build is in `pyproject.toml`, which cannot name packages from two roots.
"""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages("src", exclude=["*.tests", "*.tests.*"]), "heliograph_packs"],
    package_dir={"": "src", "heliograph_packs": "packs"},
)
