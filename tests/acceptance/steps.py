"""Steps that a person takes in the browser, in the words of the pages."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.product import Product

DESK = re.compile(r"/desk/")


def sign_in(page: Page, product: Product, username: str) -> None:
    """Sign in with the name, the password and the second factor of a demonstration person."""
    person = next(account for account in product.accounts if account.username == username)
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(username)
    page.locator("input[name=password]").fill(person.password)
    page.get_by_role("button", name="登录").click()
    page.locator("input[name=code]").fill(product.code(username))
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url(DESK)


def sign_out(page: Page) -> None:
    """Leave the desk."""
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="退出").click()


def open_item(page: Page, agency: str, register: str, title: str) -> None:
    """Open an entry of a register on the desk."""
    page.goto(f"/desk/{agency}/registers/{register}/")
    page.get_by_role("link", name=title).first.click()
