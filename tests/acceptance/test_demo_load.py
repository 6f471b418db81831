"""x"""
import time
import pytest
from heliograph.config import demo


@pytest.mark.django_db
def test_demo():
    from heliograph.registers.models import Entry, Account
    started = time.perf_counter()
    accounts = demo.load_demo()
    print(time.perf_counter() - started, Entry.objects.count(), len(accounts))
