#!/usr/bin/env python3
"""Writes Tests/Fixtures/surveillance: made-up events on made-up videos, in the form of the UCA data set.

    Tests/Reference/surveillance_events.py Tests/Fixtures/surveillance

Stands in for the real data where there is none, so that the pages about SQL can be tried everywhere. Texts, times and
names are made up here; nothing of UCA is in it. Licence: Apache-2.0, as the rest of this repository.
"""

import json
import pathlib
import random
import sys

CLASSES = ['Normal', 'Normal', 'Normal', 'Burglary', 'Stealing', 'RoadAccidents', 'Fighting']
WHO = ['A man in a red jacket', 'A woman with a bag', 'A white car', 'Two children', 'A cyclist', 'A bus', 'A dog']
WHAT = ['crosses the yard', 'stops at the door', 'turns round and leaves', 'waits by the wall', 'passes from left to right',
        'runs to the gate', 'stands still and looks up']


def main(folder):
    draw = random.Random(20260504)
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / 'videos.jsonl', 'w') as videos, open(folder / 'events.jsonl', 'w') as events:
        for number in range(256):
            name, kind = f'made{number:03}', draw.choice(CLASSES)
            duration, count = round(draw.uniform(40, 900), 2), draw.randint(1, 5)
            line = {'video': name, 'cls': kind, 'split': 'test', 'duration': duration, 'n': count}
            videos.write(json.dumps(line, separators=(',', ':')) + '\n')
            for index in range(count):
                start = round(draw.uniform(0, duration - 5), 1)
                end = round(min(start + draw.expovariate(1 / 12) + 0.5, duration - 0.1), 1)
                text = f'{draw.choice(WHO)} {draw.choice(WHAT)}.'
                line = {'id': f'{name}#{index}', 'video': name, 'idx': index, 'cls': kind, 'split': 'test',
                        'start': start, 'end': end, 'text': text, 'text_neutral': text}
                events.write(json.dumps(line, separators=(',', ':')) + '\n')


if __name__ == '__main__':
    main(sys.argv[1])
