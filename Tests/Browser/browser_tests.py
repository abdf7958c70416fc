"""Drives the page in Debian's chromium. scripts/browser calls it; see there."""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import urllib.request

from report import Report, Skip

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('folder', nargs='?', default='.build/test-results')
    parser.add_argument('--skip', metavar='REASON')
    parser.add_argument('--at', metavar='URL')
    options = parser.parse_args()
    report = Report(options.folder)
    if options.skip:
        report.skip('the page in a browser', options.skip)
    elif options.at:
        look_at(options.at.rstrip('/'), report)
    else:
        drive(report)
    return 1 if report.failures else 0


def drive(report):
    from daemon import Daemon
    from story import Story
    from window import Browser
    with Browser(None) as browser, Daemon() as daemon:
        browser.address = daemon.address
        story = Story(daemon, browser.window())
        looks = Looks(browser, report, daemon.get('cameras')['items'][0]['camera'])
        for name, step in story.first_steps():
            report.test(name, step)
        looks.at(['cameras', 'events', 'queries', 'settings', 'login'])     # while the first footage reaches the disk
        for name, step in story.further_steps():
            report.test(name, step)
        looks.at(['event', 'timeline', 'search'], story.event)
        report.test('the console stayed silent', silent, story.window, *looks.windows.values())
        looks.provoke()
        report.test('the API is as its description says', api_holds, daemon, report.folder)


def look_at(address, report):
    from window import Browser
    with Browser(address) as browser:
        looks = Looks(browser, report, first(address, 'cameras')['camera'])
        looks.at(looks.views, first(address, 'events?kind=query&limit=1')['id'])
        report.test('the console stayed silent', silent, *looks.windows.values())
        looks.provoke()


def first(address, what):
    with urllib.request.urlopen(f'{address}/api/v1/{what}', timeout=10) as answer:
        return json.load(answer)['items'][0]


class Looks:
    """Every view in every look, and what belongs to no view."""

    def __init__(self, browser, report, camera):
        import looks
        self.checks, self.views = looks, list(looks.VIEWS)
        self.browser, self.report, self.camera = browser, report, camera
        self.screenshots = pathlib.Path(report.folder) / 'screenshots'
        self.windows = {}

    def at(self, views, event=None):
        for look in ('light', 'dark', 'phone'):
            if look not in self.windows:
                self.windows[look] = self.browser.window(look)
                if look == 'light':
                    self.report.test('the files of the page together weigh less than 300 kB', self.checks.page_is_light, self.windows[look])
                    self.report.test('nothing comes from another host', self.checks.nothing_comes_from_elsewhere, self.windows[look])
            for view in views:
                address = self.checks.VIEWS[view].format(camera=self.camera, event=event)
                self.report.test(f'{view} is sound: {look}', self.checks.view_is_sound, self.windows[look], view, address, self.screenshots, look)

    def provoke(self):
        """What a console reports is meant here, so these have windows of their own."""
        for name, check in (('the arithmetic of the timeline holds', self.checks.timeline_arithmetic),
                            ('markup in what people wrote stays text', self.checks.markup_stays_text),
                            ('a cut network is said, and ends by itself', self.checks.offline_is_said)):
            window = self.browser.window()
            self.report.test(name, check, window)
            window.close()


def api_holds(daemon, folder):
    """A short run of schemathesis; `scripts/long api` runs all its phases."""
    daemon.close()
    log = pathlib.Path(folder) / 'api.log'
    with open(log, 'w') as output:
        ran = subprocess.run(
            [ROOT / 'scripts/check-api', daemon.address], stdout=output, stderr=subprocess.STDOUT,
            env={**os.environ, 'ALERTD_TOKEN': daemon.token, 'CASES': '3', 'PHASES': 'examples,coverage'})
    if ran.returncode == 69:
        raise Skip('schemathesis cannot be installed')
    assert ran.returncode == 0, f'{log}: {log.read_text()[-800:]}'


def silent(*windows):
    said = [line for window in windows for line in window.complaints]
    assert not said, '; '.join(dict.fromkeys(said))


if __name__ == '__main__':
    sys.exit(main())
