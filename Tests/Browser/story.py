"""What an operator does in a day, in order, in one window: each step is a test. The daemon watches a live stream meanwhile."""

import re
import time

SENTENCE = 'a car drives through the yard'
PERSON = 'a person walks through the yard'


class Story:
    def __init__(self, daemon, window):
        self.daemon, self.window, self.page = daemon, window, window.page
        self.event = None

    def first_steps(self):
        return [
            ('an event appears in the list without a reload', self.event_appears),
            ('the wall shows the camera and its picture', self.wall_shows_camera),
            ('search finds the moment in words', self.search_finds),
            ('search says plainly when nothing was found, and names words it does not know', self.search_finds_nothing),
            ('a query is tried on the past, added, and watched', self.query_is_tried),
            ('a query that is off is tried again before it is watched', self.query_is_enabled),
        ]

    def further_steps(self):
        return [
            ('a model\'s words appear while it writes them', self.words_appear),
            ('the clip of an event plays, and its own span can be played alone', self.clip_plays),
            ('a verdict is still there after a reload', self.verdict_stays),
            ('the timeline zooms with wheel, keys and buttons', self.timeline_zooms),
            ('a moment of the timeline shows its picture', self.moment_shows),
            ('the configuration is shown', self.configuration_shows),
            ('a query that was added can be removed', self.query_is_removed),
            ('keys lead everywhere and are listed', self.keys_work),
        ]

    def event_appears(self):
        page = self.page
        self.window.open('#/events')
        page.evaluate('window.sameDocument = true')
        before = page.eval_on_selector_all('li[data-event]', 'rows => rows.map((row) => row.dataset.event)')
        self.window.until(
            """before => [...document.querySelectorAll('li[data-event]')].some((row) =>
                 !before.includes(row.dataset.event) && row.textContent.toLowerCase().includes('car'))""",
            before, seconds=75)
        assert page.evaluate('window.sameDocument') is True, 'the page was loaded anew'
        self.event = max(entry['id'] for entry in self.daemon.get('events?kind=query')['items'])

    def wall_shows_camera(self):
        self.window.open('#/')
        card = self.page.locator('.camera', has_text='yard')
        card.get_by_text('Watching').wait_for()
        self.window.until(
            """() => { const canvas = document.querySelector('.camera canvas');
                 const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
                 return pixels.some((value, index) => index % 4 < 3 && value > 40); }""")
        assert card.locator('.latest a').count() == 1, 'the last event is missing'

    def search_finds(self):
        self.window.open('#/search')
        self.page.get_by_role('searchbox').fill(SENTENCE)
        self.page.get_by_role('searchbox').press('Enter')
        first = self.page.locator('.hit').first
        first.wait_for(timeout=30_000)
        text = first.inner_text()
        assert re.search(r'\d+ %', text), f'no probability: {text}'
        moment = first.locator('time').first
        assert re.fullmatch(r'\d{4}-\d\d-\d\dT[\d:.]+Z', moment.get_attribute('datetime')), 'no machine-readable time'
        assert moment.get_attribute('title').endswith('UTC')

    def search_finds_nothing(self):
        self.window.open('#/search?q=' + 'a+person+walks&since=2001-01-01T00:00:00Z&until=2001-01-02T00:00:00Z')
        self.page.get_by_role('heading', name='Nothing found').wait_for(timeout=30_000)
        self.page.get_by_role('button', name='Search everywhere').wait_for()
        self.window.open('#/search?q=' + 'a+wombat+drives+a+xylophone')
        self.page.get_by_text('does not know').wait_for(timeout=30_000)
        assert 'xylophone' in self.page.locator('.note').inner_text()
        self.window.open('#/search?q=' + 'not')
        self.page.get_by_role('heading', name='This sentence cannot be answered').wait_for(timeout=30_000)
        self.window.complaints[:] = [line for line in self.window.complaints if '422' not in line]     # the browser tells of every refusal

    def query_is_tried(self):
        page = self.page
        self.window.open('#/queries')
        page.get_by_role('button', name='Add a query').click()
        page.get_by_label('Look out for').fill(PERSON)
        assert page.get_by_role('button', name='Add and watch').is_disabled(), 'it can be added untried'
        end = time.monotonic() + 60
        while True:     # the person comes 17 s after the stream began
            page.get_by_role('button', name='Try it on the past').click()
            page.locator('.test-sum, .test-result .note, .test-result .problem').first.wait_for(timeout=60_000)
            self.window.until("!document.querySelector('.test-result .skeleton')")
            if page.locator('.chart-bar').count() or time.monotonic() > end:
                break
            time.sleep(3)
        assert page.locator('.chart-bar').count() >= 1, page.locator('.test-result').inner_text()
        page.get_by_label('Zone').select_option('ground')
        assert page.get_by_role('button', name='Add, but leave it off').is_disabled(), 'what was not tried can be added'
        page.get_by_role('button', name='Try it on the past').click()
        self.window.until("!document.querySelector('.test-result .skeleton') && document.querySelector('.test-result .test-sum')", seconds=60)
        page.get_by_label('Name').fill('walking')
        page.get_by_role('button', name='Add, but leave it off').click()
        page.get_by_text('“walking” is kept, but not watched.').wait_for()
        assert self.query('walking')['enabled'] is False and self.query('walking')['zone'] == 'ground'

    def query_is_enabled(self):
        toggle = self.page.locator('[data-query=walking]').get_by_role('switch')
        toggle.click()
        self.page.locator('[data-query=walking] .test-sum').wait_for(timeout=60_000)
        self.page.get_by_role('button', name='Watch for it').click()
        self.page.get_by_text('“walking” is watched from now on.').wait_for()
        assert self.query('walking')['enabled'] is True
        assert self.page.locator('[data-query=walking]').get_by_role('switch').get_attribute('aria-checked') == 'true'

    def words_appear(self):
        # The clip begins again and again: the next event is opened as it begins, and described when it has ended.
        known = {entry['id'] for entry in self.daemon.get('events?kind=query')['items']}
        event = self.daemon.wait_for(
            'another event began',
            lambda: next((entry['id'] for entry in self.daemon.get('events?kind=query')['items'] if entry['id'] not in known), None), 90)
        self.page.add_init_script("""{ const Source = window.EventSource;
            window.drafts = [];
            window.EventSource = class extends Source { constructor(...all) {
                super(...all);
                window.stream = this;
                this.addEventListener('draft', (message) => window.drafts.push(JSON.parse(message.data)));
            } }; }""")
        self.window.open(f'#/events/{event}')
        # How far a model has got when the page hears of it is chance; that it hears of the end is not.
        self.window.until('event => window.drafts.some((draft) => draft.id === event && draft.text === null)', event, seconds=60)
        self.page.get_by_text('Written by the model').wait_for(timeout=15_000)
        # Of an event that closed long ago no model writes any more, so that only these words come.
        event = self.event
        self.window.open(f'#/events/{event}')
        self.page.get_by_text('Written by the model').wait_for(timeout=60_000)
        words = self.page.locator('.description')
        written = words.inner_text()
        say = 'data => { window.stream.dispatchEvent(new MessageEvent("draft", { data: JSON.stringify(data) })); }'
        for text in ('A model', 'A model is still', 'A model is still writing.'):
            self.page.evaluate(say, {'id': event, 'camera': 'yard', 'text': text})
            assert words.inner_text() == text and 'is-draft' in words.get_attribute('class').split()
        self.page.evaluate(say, {'id': event + 1, 'camera': 'yard', 'text': 'Another event.'})
        assert words.inner_text() == text, 'the words of another event are shown'
        self.page.evaluate(say, {'id': event, 'camera': 'yard', 'text': None})
        assert words.inner_text() == written and 'is-draft' not in words.get_attribute('class').split()

    def clip_plays(self):
        self.daemon.wait_for('the footage of the event was on disk', lambda: self.daemon.get(f'events/{self.event}')['clip'], 100)
        self.window.open(f'#/events/{self.event}')
        self.page.get_by_role('button', name='Play the event').click()
        # 2: HAVE_CURRENT_DATA
        self.window.until("document.querySelector('video').readyState >= 2 && document.querySelector('video').currentTime > 0")
        self.window.until("document.querySelector('video').paused", seconds=40)
        stopped, length, start = self.page.evaluate(
            """() => { const strip = document.querySelector('.span-strip .span');
                 const video = document.querySelector('video');
                 return [video.currentTime, video.duration, parseFloat(strip.style.left) / 100]; }""")
        assert start * length - 0.5 <= stopped <= length + 0.5, f'stopped at {stopped} of {length} s'

    def verdict_stays(self):
        self.page.get_by_role('button', name='It was normal').click()
        self.page.locator('.verdict').get_by_text('Stored.').wait_for()
        self.page.reload()
        pressed = self.page.locator('.verdict [aria-pressed=true]')
        pressed.wait_for()
        assert pressed.inner_text().strip() == 'It was normal'
        assert self.daemon.get(f'events/{self.event}')['verdict'] == 'normal'

    def timeline_zooms(self):
        page = self.page
        self.window.open('#/cameras/yard')
        length = lambda: page.locator('.timeline-title .muted').inner_text()  # noqa: E731
        assert length() == '1 h', length()
        page.get_by_role('button', name='Month').click()
        assert length() == '31 days', length()
        page.get_by_role('button', name='Hour').click()
        box = page.locator('.timeline-plot').bounding_box()
        page.mouse.move(box['x'] + box['width'] * 0.93, box['y'] + 60)
        for _ in range(5):
            page.mouse.wheel(0, -120)
        near = length()
        assert 'min' in near and near != '1 h', near
        page.locator('.timeline-plot').focus()
        page.keyboard.press('-')
        assert length() != near
        page.keyboard.press('End')
        page.locator('.mark.query').first.wait_for()
        page.get_by_text('The same as a table').click()
        assert page.get_by_role('table').first.get_by_role('row').count() >= 2

    def moment_shows(self):
        event = self.daemon.get(f'events/{self.event}')
        self.window.open(f"#/cameras/yard?at={event['start']}")
        self.window.until("document.querySelector('.stage img')?.naturalWidth > 0", seconds=30)
        self.page.get_by_role('button', name='Play from here').click()
        self.window.until("document.querySelector('.stage video')?.readyState >= 2", seconds=30)
        self.page.get_by_role('button', name='Back to live').click()
        self.page.get_by_role('img', name='Live picture of yard').wait_for()

    def configuration_shows(self):
        self.window.open('#/settings')
        text = self.page.get_by_label('Configuration as YAML').inner_text()
        assert 'yard' in text and 'retention' in text, text[:300]

    def query_is_removed(self):
        self.window.open('#/queries')
        self.page.get_by_role('button', name='Remove walking').click()
        self.page.get_by_role('button', name='Remove', exact=True).click()
        self.page.get_by_text('“walking” was removed.').wait_for()
        assert self.query('walking') is None

    def keys_work(self):
        page = self.page
        page.keyboard.press('?')
        page.get_by_role('dialog').get_by_text('Keyboard').wait_for()
        page.keyboard.press('Escape')
        page.keyboard.press('g')
        page.keyboard.press('e')
        page.get_by_role('heading', name='Events').wait_for()
        self.window.settle()
        page.keyboard.press('j')
        page.keyboard.press('Enter')
        page.locator('.event-side').wait_for()
        page.keyboard.press('u')
        page.locator('.event-list').wait_for()
        page.keyboard.press('/')
        page.get_by_role('searchbox').wait_for()

    def query(self, name):
        return next((entry for entry in self.daemon.get('queries')['items'] if entry['name'] == name), None)
