"""Packages of the wheel: the code under `src`, the packs at the top of the tree as `heliograph_packs`, the verifier.

The rest of the build is in `pyproject.toml`, which cannot name packages from several roots. The verifier can also be
installed alone, from its own folder.
"""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages("src", exclude=["*.tests", "*.tests.*"]), "heliograph_packs", "heliograph_verify"],
    package_dir={"": "src", "heliograph_packs": "packs", "heliograph_verify": "verifier/heliograph_verify"},
)
