"""How the page looks and what it weighs: every view in light, in dark and on a phone."""

VIEWS = {
    'cameras': '#/', 'timeline': '#/cameras/{camera}', 'events': '#/events', 'event': '#/events/{event}',
    'search': '#/search?q=a+person+walks+through+the+yard', 'queries': '#/queries', 'settings': '#/settings', 'login': 'login',
}
MOST_BYTES = 300_000


def view_is_sound(window, view, address, folder, look):
    """No serious fault for a screen reader, nothing that scrolls sideways; leaves a screenshot."""
    window.open(address)
    window.page.wait_for_timeout(500)   # pictures arrive, the curve is drawn
    window.shoot(folder, f'{view}-{look}')
    assert not window.scrolls_sideways(), 'it scrolls sideways'
    found = window.serious_violations()
    assert not found, '; '.join(found)


def page_is_light(window):
    """All files of the page together, pictures of cameras aside."""
    window.open('#/')
    window.page.wait_for_timeout(3500)  # the other views are fetched once the first one stands
    total = sum(window.bytes.values())
    assert len(window.bytes) > 15, f'only {sorted(window.bytes)}'
    assert total < MOST_BYTES, f'{total} bytes'
    paint = window.page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime")
    print(f'  the page: {total} bytes in {len(window.bytes)} files, first paint after {paint:.0f} ms')


def nothing_comes_from_elsewhere(window):
    """One host, and a policy that allows no other."""
    hosts = window.page.evaluate("performance.getEntriesByType('resource').map((entry) => new URL(entry.name).host)")
    assert set(hosts) <= {window.page.evaluate('location.host')}, set(hosts)
    policy = window.page.request.get(window.browser.address + '/').headers.get('content-security-policy', '')
    assert "default-src 'none'" in policy and 'unsafe' not in policy, policy


def markup_stays_text(window):
    """What somebody wrote is shown, never obeyed."""
    window.open('#/search?q=%3Cimg+src%3Dx+onerror%3D%22document.title%3D%27broken%27%22%3E+a+person')
    window.page.wait_for_timeout(1500)
    window.open('#/cameras/%3Cimg%20src%3Dx%3E')
    window.page.wait_for_timeout(800)
    assert window.page.locator('main img[src=x]').count() == 0, 'markup was obeyed'
    assert 'broken' not in window.page.title()
    assert '<img src=x>' in window.page.locator('h1').inner_text()


def offline_is_said(window):
    """A cut network is said at once, and ends by itself."""
    window.open('#/events')
    window.page.locator('#connection[data-state=live]').wait_for()
    window.context.set_offline(True)
    window.page.locator('#offline').wait_for()
    window.context.set_offline(False)
    window.page.locator('#connection[data-state=live]').wait_for(timeout=40_000)
    assert window.page.locator('#offline').is_hidden()
