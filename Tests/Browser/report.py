"""Results in the form of Swift Testing's event stream, so that scripts/test-counts counts them like every other layer."""

import json
import pathlib
import time
import traceback


class Skip(Exception):
    """A test that cannot run here; its text says why."""


class Report:
    """Runs tests one after another and writes what became of each, as it happens."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.stream = open(self.folder / 'browser.jsonl', 'w')
        self.failures = 0
        self.ran = 0

    def test(self, name, body, *arguments):
        """Runs body(*arguments). Its failure is a result, not an exception; returns whether it passed."""
        self._write('test', {'id': name, 'name': name, 'displayName': name, 'kind': 'function'})
        self._event(name, 'testStarted')
        start = time.monotonic()
        passed = False
        try:
            body(*arguments)
            passed = True
            self.ran += 1
            print(f'passed: {name} ({time.monotonic() - start:.1f} s)', flush=True)
        except Skip as reason:
            self.skip(name, str(reason), is_known=True)
            return False
        except Exception as error:  # whatever it was, the next test still runs
            self.failures += 1
            self.ran += 1
            place = next((frame for frame in reversed(traceback.extract_tb(error.__traceback__))
                          if pathlib.Path(frame.filename).parent == pathlib.Path(__file__).parent), None)
            where = {'fileID': f'Browser/{pathlib.Path(place.filename).name}', 'line': place.lineno} if place else None
            text = f'{type(error).__name__}: {error}'.split('\nCall log:')[0].strip()[:1500]
            print(f'failed: {name}: {text}', flush=True)
            self._event(name, 'issueRecorded', text, issue={'isFailure': True, 'sourceLocation': where})
        self._event(name, 'testEnded')
        return passed

    def skip(self, name, reason, is_known=False):
        """Says that a test was not run."""
        if not is_known:
            self._write('test', {'id': name, 'name': name, 'displayName': name, 'kind': 'function'})
        print(f'skipped: {name}: {reason}', flush=True)
        self._event(name, 'testSkipped', f'Test "{name}" skipped: "{reason}"')

    def _event(self, name, kind, text=None, **more):
        messages = [{'text': text}] if text else []
        self._write('event', {'kind': kind, 'testID': name, 'messages': messages, **more})

    def _write(self, kind, payload):
        self.stream.write(json.dumps({'kind': kind, 'payload': payload}) + '\n')
        self.stream.flush()
