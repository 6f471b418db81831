"""Django registration of the app."""

from django.apps import AppConfig

from heliograph.ledger.guards import guard


class RegistersConfig(AppConfig):
    """Bodies, people, laws and draft register entries."""

    name = "heliograph.registers"
    verbose_name = "清单与主体"

    def ready(self) -> None:
        """Put every table under guard; what changes when people sign in is not an act."""
        for model in self.get_models():
            sign_in = ("password", "last_login", "must_change_password") if model.__name__ == "Account" else ()
            guard(model, left_out=sign_in)
