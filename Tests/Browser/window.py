"""A browser window on the page, and what every test asks of it."""

import os
import pathlib
import shutil
import time

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

LOOKS = {
    'light': {'viewport': {'width': 1280, 'height': 800}, 'color_scheme': 'light'},
    'dark': {'viewport': {'width': 1280, 'height': 800}, 'color_scheme': 'dark'},
    'phone': {'viewport': {'width': 360, 'height': 740}, 'color_scheme': 'light', 'has_touch': True, 'is_mobile': True},
}
SERIOUS = ('serious', 'critical')


class Browser:
    """`with Browser(address) as browser:` Debian's chromium, without a window on a screen."""

    def __init__(self, address):
        self.address = address

    def __enter__(self):
        self.driver = sync_playwright().start()
        # Chromium's sandbox needs what containers and root rarely have; the pages shown are our own.
        self.chromium = self.driver.chromium.launch(executable_path=shutil.which('chromium'), args=['--no-sandbox'])
        return self

    def __exit__(self, *_):
        self.chromium.close()
        self.driver.stop()

    def window(self, look='light', **more):
        return Window(self, look, more)


class Window:
    """One tab with a look of its own; what its console said is kept."""

    def __init__(self, browser, look, more):
        self.browser = browser
        self.context = browser.chromium.new_context(
            locale='en-GB', timezone_id='Europe/Berlin', reduced_motion='reduce', **{**LOOKS[look], **more})
        self.context.set_default_timeout(30_000)
        self.page = self.context.new_page()
        self.complaints = []
        self.bytes = {}
        self.page.on('console', self._hear)
        self.page.on('pageerror', lambda error: self.complaints.append(f'error: {error}'))
        self.page.on('response', self._weigh)

    def close(self):
        self.context.close()

    def open(self, view):
        """Shows a view as a fresh page."""
        self.page.goto('about:blank')
        self.page.goto(f'{self.browser.address}/{view}')
        self.settle()

    def settle(self):
        """Waits until nothing on the page is loading."""
        self.until("!document.querySelector('main [aria-busy=true], main .skeleton')")
        self.page.wait_for_timeout(300)

    def until(self, expression, argument=None, seconds=15):
        """Waits until an expression (or function) holds. Playwright's own way needs eval, which the page's policy forbids."""
        end = time.monotonic() + seconds
        while not self.page.evaluate(expression, argument):
            if time.monotonic() > end:
                raise AssertionError(f'not within {seconds} s: {" ".join(expression.split())}')
            self.page.wait_for_timeout(100)

    def serious_violations(self):
        found = Axe().run(self.page).response['violations']
        return [f"{entry['id']}: {entry['help']}: {[node['target'] for node in entry['nodes']][:3]}"
                for entry in found if entry['impact'] in SERIOUS]

    def scrolls_sideways(self):
        return self.page.evaluate('document.documentElement.scrollWidth > innerWidth')

    def shoot(self, folder, name):
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=os.path.join(folder, f'{name}.png'), timeout=60_000)

    def _hear(self, message):
        if message.type in ('error', 'warning'):
            self.complaints.append(f"{message.type}: {message.text} ({(message.location or {}).get('url', '')})")

    def _weigh(self, response):
        path = response.url.removeprefix(self.browser.address)
        if path.startswith('/api/') or not response.ok:
            return
        try:
            self.bytes[path.split('?')[0]] = len(response.body())
        except Exception:  # a response whose body is gone is not part of the page
            pass
