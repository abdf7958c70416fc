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


def timeline_arithmetic(window):
    """Stretches stay within their bounds and days begin at midnight, also where one has 23 or 25 hours."""
    window.open('login')
    found = window.page.evaluate('''async () => {
        const scale = await import('/page/parts/timescale.js');
        const now = Date.UTC(2026, 9, 25, 12);
        const wrong = [];
        const check = (what, holds) => { if (!holds) wrong.push(what); };
        let range = scale.upTo(now, scale.hour);
        for (let step = 0; step < 60; step++) range = scale.zoomed(range, 0.7, 0.3, now);
        check('nearest', Math.abs(range.to - range.from - scale.narrowest) < 1);
        for (let step = 0; step < 60; step++) range = scale.zoomed(range, 1.5, 0.3, now);
        check('widest', Math.abs(range.to - range.from - scale.widest) < 1);
        check('never into the future', range.to <= now + scale.widest / 20 + 1);
        const before = { from: now - 5 * scale.day, to: now - 4 * scale.day };
        const nearer = scale.zoomed(before, 0.5, 0.25, now);
        check('what is under the pointer stays there',
            Math.abs((nearer.from + (nearer.to - nearer.from) * 0.25) - (before.from + scale.day * 0.25)) < 1);
        check('moving back and forth', Math.abs(scale.moved(scale.moved(before, -0.5, now), 0.5, now).from - before.from) < 1);
        const days = scale.ticks({ from: now - 6 * scale.day, to: now + scale.day }, 800);
        check('a day begins at midnight', days.times.length >= 6 && days.times.every((time) => new Date(time).getHours() === 0));
        check('days do not repeat', new Set(days.times.map((time) => new Date(time).getDate())).size === days.times.length);
        const hours = scale.ticks({ from: now - scale.hour, to: now }, 1000);
        check('labels have room', hours.times.length <= 12 && hours.times.length >= 5);
        const { known } = await import('/page/parts/timelinedata.js');
        const spans = [{ from: 0, to: 10, reason: 'not_running' }, { from: 10, to: 20, reason: null }, { from: 20, to: 30, reason: 'not_running' }, { from: 30, to: 40, reason: 'no_stream' }];
        check('before the first watched moment nothing is known', known(spans, 10).map((span) => span.from).join() === '10,20,30');
        check('a gap that reaches over it begins there', known(spans, 5)[0].from === 5);
        check('of a camera that was never watched its faults are told', known(spans, null).map((span) => span.from).join() === '10,30');
        const at = (seconds, kind = 'query') => ({ kind, start: new Date(now + seconds * 1000).toISOString(), end: new Date(now + seconds * 1000 + 500).toISOString() });
        const marks = scale.marks([at(0), at(1), at(1800), at(1, 'anomaly')], { from: now, to: now + scale.hour }, 600);
        check('neighbours of a kind are one mark', marks.get('query').length === 2 && marks.get('query')[0].events.length === 2 && marks.get('anomaly').length === 1);
        return wrong;
    }''')
    assert found == [], found
