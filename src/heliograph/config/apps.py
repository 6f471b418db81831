"""The app that carries the product's own commands; it owns no table."""

from __future__ import annotations

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Commands of the product as a whole."""

    name = "heliograph.config"
    label = "config"
    verbose_name = "系统运行"
