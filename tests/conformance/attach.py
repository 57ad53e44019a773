"""Attaches Playwright to a session's browser, and puppeteer where the folder of its modules is given."""

import os
import pathlib
import subprocess
import sys

from checks import Checks, api, site
from playwright.sync_api import sync_playwright

check = Checks()


def act(session, action):
    answer = api("POST", f"/sessions/{session}/page/execute", action)
    assert answer["success"], answer["message"]
    return answer


def main(modules):
    started = api("POST", "/sessions/start", {})
    session, address = started["session_id"], started["cdp_url"]
    act(session, {"type": "goto", "url": site()})
    with check("cdp_url", "Playwright sees the page and works on it"), sync_playwright() as playwright:
        browser = playwright.chromium.connect_over_cdp(address)
        page = browser.contexts[0].pages[0]
        assert page.title() == "Tea house", page.title()
        page.get_by_label("Name").fill("Ada")
        page.get_by_role("button", name="Send").click()
        assert "name=Ada" in page.locator("#said").text_content()
        browser.close()
    for folder in modules:
        with check("cdp_url", "puppeteer sees the page and works on it"):
            script = pathlib.Path(__file__).with_name("attach.cjs")
            subprocess.run(["node", script, address], env={**os.environ, "NODE_PATH": folder}, check=True)
    with check("page_execute", "the session goes on when they have left"):
        said = act(session, {"type": "evaluate_js", "code": "said.textContent"})["data"]["markdown"]
        assert ("name=Eve" if modules else "name=Ada") in said, said
    return bool(check.failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
