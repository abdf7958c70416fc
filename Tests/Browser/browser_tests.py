"""Drives the page in Debian's chromium. scripts/browser calls it; see there."""

import argparse
import json
import pathlib
import sys
import urllib.request

from report import Report

ORDER = "the page's files together weigh less than 300 kB"


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
        window = browser.window()
        story = Story(daemon, window)
        for name, step in story.steps():
            report.test(name, step)
        look_around(browser, report, story.event)
        report.test('nothing was said on the console during all that', silent, window)


def look_at(address, report):
    from window import Browser
    with Browser(address) as browser:
        look_around(browser, report, None)


def look_around(browser, report, event):
    import looks
    with urllib.request.urlopen(f'{browser.address}/api/v1/cameras', timeout=10) as answer:
        camera = json.load(answer)['items'][-1]['camera']
    if event is None:
        with urllib.request.urlopen(f'{browser.address}/api/v1/events?kind=query&limit=1', timeout=10) as answer:
            event = json.load(answer)['items'][0]['id']
    screenshots = pathlib.Path(report.folder) / 'screenshots'
    windows = [browser.window()]
    report.test(ORDER, looks.page_is_light, windows[0])
    report.test('nothing comes from another host', looks.nothing_comes_from_elsewhere, windows[0])
    for look in ('light', 'dark', 'phone'):
        window = browser.window(look)
        windows.append(window)
        for view, address in looks.VIEWS.items():
            address = address.format(camera=camera, event=event)
            report.test(f'{view} is sound: {look}', looks.view_is_sound, window, view, address, screenshots, look)
    report.test('nothing was said on the console in any look', silent, *windows)
    for name, check in (('markup in what people wrote stays text', looks.markup_stays_text), ('a cut network is said, and ends by itself', looks.offline_is_said)):
        window = browser.window()   # these provoke what a console reports
        report.test(name, check, window)
        window.close()


def silent(*windows):
    said = [line for window in windows for line in window.complaints]
    assert not said, '; '.join(dict.fromkeys(said))


if __name__ == '__main__':
    sys.exit(main())
