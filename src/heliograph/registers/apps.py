"""Django registration of the app."""

from django.apps import AppConfig

from heliograph.ledger.guards import guard


class RegistersConfig(AppConfig):
    """Bodies, people, laws and draft register entries."""

    name = "heliograph.registers"
    verbose_name = "清单与主体"

    def ready(self) -> None:
        """Put every table under guard; the time of the last sign-in is Django's own note, the record of it is ours."""
        for model in self.get_models():
            guard(model, left_out=("last_login",) if model.__name__ == "Account" else ())
