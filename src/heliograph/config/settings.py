"""Django settings. Deployment facts come from the environment; what the law or an agency decides lives in packs.

Profiles: `production` (default: HTTPS, `__Host-` cookies, HSTS) and `demo` (plain http on this machine only).
"""

from __future__ import annotations

import os

from csp.constants import NONE, SELF

from heliograph.config.databases import default_database
from heliograph.config.env import (
    DEFAULT_BIND,
    check_demo_bind,
    read_bind,
    read_choice,
    read_flag,
    read_home,
    read_list,
    read_number,
    read_object_storage,
    read_path,
    read_text,
)
from heliograph.config.keys import read_or_create_key

# -- the installation -------------------------------------------------------------------------------------------------
HOME = read_home()
PROFILE = read_choice("HELIOGRAPH_PROFILE", ("production", "demo"), default="production")
IS_DEMO = PROFILE == "demo"
BIND = read_bind("HELIOGRAPH_BIND", DEFAULT_BIND)
WORKERS = read_number("HELIOGRAPH_WORKERS", default=2, least=1, most=64)
PROXY_COUNT = read_number("HELIOGRAPH_PROXY_COUNT", default=0, least=0, most=5)
if IS_DEMO:
    check_demo_bind(BIND)

DEBUG = False
SECRET_KEY = read_or_create_key(HOME, "django-secret-key")
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
ALLOWED_HOSTS = read_list("HELIOGRAPH_ALLOWED_HOSTS", LOOPBACK_NAMES)
ROOT_URLCONF = "heliograph.config.urls"
WSGI_APPLICATION = "heliograph.config.wsgi.application"
# pypinyin reads names character by character; its phrases would cost each process a third of a second and 45 MB.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")

# -- parts ------------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "procrastinate.contrib.django",
    "heliograph.config",
    "heliograph.portal",
    "heliograph.desk",
    "heliograph.disclosure",
    "heliograph.legality_review",
    "heliograph.dossiers",
    "heliograph.procedures",
    "heliograph.documents",
    "heliograph.evidence",
    "heliograph.duties",
    "heliograph.regimes",
    "heliograph.registers",
    "heliograph.ledger",
    "heliograph.outbox",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "heliograph.config.middleware.PageHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "heliograph.config.middleware.SessionLimits",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "heliograph.desk.middleware.SecondFactor",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "heliograph.config.context.profile",
            ],
        },
    },
]

# -- data -------------------------------------------------------------------------------------------------------------
DATABASES = {"default": default_database(HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASE_CACHE = "django.core.cache.backends.db.DatabaseCache"
# Shared by all worker processes: a one-time code must be used once whichever process sees it. A full cache throws
# counted tries and used codes away, so it is large, and what people upload lies in another.
CACHES = {
    "default": {"BACKEND": DATABASE_CACHE, "LOCATION": "cache_entries", "OPTIONS": {"MAX_ENTRIES": 100_000}},
    "previews": {"BACKEND": DATABASE_CACHE, "LOCATION": "cache_previews", "OPTIONS": {"MAX_ENTRIES": 1_000}},
}
MEDIA_ROOT = HOME / "files"
# None: files lie in MEDIA_ROOT. The driver is named, not imported: its library is large.
KEYS = {"key": "HELIOGRAPH_STORAGE_KEY", "secret": "HELIOGRAPH_STORAGE_SECRET"}
OBJECTS = read_object_storage("HELIOGRAPH_STORAGE", **KEYS)
OBJECT_STORAGE = OBJECTS and {"driver": "heliograph.registers.object_storage.ObjectStorage", **OBJECTS}
EVIDENCE_FILE_BYTES = 1_000_000 * read_number("HELIOGRAPH_EVIDENCE_FILE_MB", default=2_000, least=1, most=4_900)
ENTRY_FILE_BYTES = 1_000_000 * read_number("HELIOGRAPH_ENTRY_FILE_MB", default=20, least=1, most=200)
UNUSED_FILE_HOURS = read_number("HELIOGRAPH_UNUSED_FILE_HOURS", default=48, least=12, most=8760)
FILE_UPLOAD_PERMISSIONS = 0o600
# Fonts of documents: the agency's own folder is looked into first, then what `heliograph fonts install` put there.
FONT_FOLDERS = [read_path("HELIOGRAPH_FONTS", HOME / "agency-fonts"), HOME / "fonts"]
FONT_LATIN = read_list("HELIOGRAPH_FONT_LATIN", ("Times New Roman", "Noto Serif CJK SC"))
FONT_BODY = read_list("HELIOGRAPH_FONT_BODY", ("FangSong_GB2312", "仿宋_GB2312", "FandolFang R", "Noto Serif CJK SC"))
TITLES = ("FZXiaoBiaoSong-B05S", "方正小标宋简体", "FandolSong", "Noto Serif CJK SC")
FONT_TITLE = read_list("HELIOGRAPH_FONT_TITLE", TITLES)
HEADINGS = ("SimHei", "黑体", "FandolHei", "Noto Sans CJK SC", "Noto Serif CJK SC")
FONT_HEADING = read_list("HELIOGRAPH_FONT_HEADING", HEADINGS)
# Electronic seals and timestamps. Nobody seals until an operator says who; the demonstration's seals say TEST.
SEAL_PROVIDER = read_choice("HELIOGRAPH_SEAL", ("none", "test", "remote"), default="test" if IS_DEMO else "none")
SEAL_HOME = HOME / "keys" / "seal"
SEAL_URL = read_text("HELIOGRAPH_SEAL_URL", None if SEAL_PROVIDER == "remote" else "")
SEAL_TOKEN_FILE = read_text("HELIOGRAPH_SEAL_TOKEN_FILE", "")
SEAL_ROOTS = read_text("HELIOGRAPH_SEAL_ROOTS", "")
SEAL_SECONDS = read_number("HELIOGRAPH_SEAL_SECONDS", default=20, least=1, most=120)
TSA_URL = read_text("HELIOGRAPH_TSA_URL", "")
TSA_ROOTS = read_text("HELIOGRAPH_TSA_ROOTS", None if TSA_URL else "")
TSA_SECONDS = read_number("HELIOGRAPH_TSA_SECONDS", default=20, least=1, most=120)
OUTBOUND_CA = read_text("HELIOGRAPH_OUTBOUND_CA", "")
STATIC_ROOT = HOME / "static"
STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600

# -- language and time ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# -- who may come in --------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "registers.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
PASSWORD_MIN_LENGTH = 12
VALIDATORS = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{VALIDATORS}.UserAttributeSimilarityValidator"},
    {"NAME": "heliograph.config.passwords.MinimumLength", "OPTIONS": {"min_length": PASSWORD_MIN_LENGTH}},
    {"NAME": f"{VALIDATORS}.CommonPasswordValidator"},
    {"NAME": f"{VALIDATORS}.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "heliograph.config.identity.StaffAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
# One address trying many names is slowed down here; one name tried from many addresses is locked by axes below.
# allauth counts wrong codes as `login_failed`, per account; wrong passwords are ours, see identity.StaffAccountAdapter.
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/300s/key", "password_failed": "20/m/ip"}
# How long the password just typed is enough for account matters; at the first sign-in an app is installed meanwhile.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ALLAUTH_TRUSTED_PROXY_COUNT = PROXY_COUNT
MFA_ADAPTER = "heliograph.config.identity.EncryptingMFAAdapter"
MFA_FORMS = {
    "authenticate": "heliograph.config.sign_in_forms.SignInCodeForm",
    "reauthenticate": "heliograph.config.sign_in_forms.ConfirmCodeForm",
    "activate_totp": "heliograph.config.sign_in_forms.ActivationForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "阳光执法"
MFA_TOTP_TOLERANCE = 1  # one period each way, for phones whose clock is off
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCKOUT_PARAMETERS = ["username"]
SILENCED_SYSTEM_CHECKS = ["axes.W006"]  # asks for the address too; see ACCOUNT_RATE_LIMITS
AXES_USERNAME_CALLABLE = "heliograph.config.identity.sign_in_name"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ADMIN = False
AXES_LOCKOUT_CALLABLE = "heliograph.config.identity.locked_out"
# One rule for every address we note: X-Forwarded-For counts only behind the proxies we were told of, from the right.
AXES_CLIENT_IP_CALLABLE = "heliograph.config.identity.client_address"

# -- sessions and cookies ---------------------------------------------------------------------------------------------
SESSION_IDLE_SECONDS = 30 * 60
SESSION_ABSOLUTE_SECONDS = 8 * 60 * 60
SESSION_ENGINE = "heliograph.config.sessions"
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
COOKIE_PREFIX = "" if IS_DEMO else "__Host-"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}heliograph_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = not IS_DEMO
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}heliograph_csrf"
CSRF_COOKIE_AGE = None  # ends with the browser, like the session
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = not IS_DEMO
CSRF_FAILURE_VIEW = "heliograph.config.errors.csrf_failure"
NOTICE_COOKIE_NAME = f"{COOKIE_PREFIX}heliograph_notice"
MESSAGE_STORAGE = "heliograph.config.notices.Notices"

# -- what the browser is told -----------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
    },
}
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 0 if IS_DEMO else 365 * 24 * 60 * 60
SECURE_SSL_REDIRECT = read_flag("HELIOGRAPH_SSL_REDIRECT", default=not IS_DEMO)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXY_COUNT else None

# -- records and logs of them ------------------------------------------------------------------------------------------
LEDGER_HOME = HOME / "ledger"
# What was signed last, in a place that no backup brings back: better on another disk.
LEDGER_SECOND_PLACE = read_path("HELIOGRAPH_LEDGER_SECOND_PLACE", HOME / "ledger-second" / "signed.sqlite3")
LEDGER_ORIGIN = read_text("HELIOGRAPH_LEDGER_ORIGIN", "heliograph.invalid" if IS_DEMO else "")
LEDGER_ALGORITHMS = read_list("HELIOGRAPH_LEDGER_ALGORITHMS", ("ed25519", "ml-dsa-44"))
LEDGER_WITNESSES = read_path("HELIOGRAPH_LEDGER_WITNESSES", LEDGER_HOME / "witnesses.policy")
LEDGER_ANCHOR_SECONDS = read_number("HELIOGRAPH_LEDGER_ANCHOR_SECONDS", default=600, least=1, most=86_400)

# -- background work and logs -----------------------------------------------------------------------------------------
PROCRASTINATE_WORKER_DEFAULTS = {"delete_jobs": "successful"}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"heliograph": {"level": "INFO"}},
}
