#!/usr/bin/env python3
"""Checks that the folders of the harness include what docs/design.md lets them include, and no more.

The table "Rooms" there is the rule: a row a folder, in its last column the folders that it may include. `SDK` is what
plugins include; a folder's name stands for all below it; `everything` needs no more words.
"""
import os
import re
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
ROW = re.compile(r'^\| `harness/([a-z_/]+)/`[^|]*\|[^|]*\| ([^|]+) \|$')


def allowed_by_room(design):
    rooms = {}
    for line in design.splitlines():
        if row := ROW.match(line):
            rooms[row[1]] = [word.strip().strip('`') for word in row[2].split(',')]
    return rooms


def sources(room, rooms):
    """Files of a room, without those of rooms below it that have a row of their own."""
    for folder, subfolders, files in os.walk(os.path.join(ROOT, 'harness', room)):
        here = os.path.relpath(folder, os.path.join(ROOT, 'harness'))
        subfolders[:] = [one for one in subfolders if f'{here}/{one}' not in rooms]
        yield from (os.path.join(folder, name) for name in files if name.endswith(('.cpp', '.hpp')))


def main():
    with open(os.path.join(ROOT, 'docs', 'design.md')) as file:
        rooms = allowed_by_room(file.read())
    wrong = [f'harness/{room}: no such folder (docs/design.md, "Rooms")' for room in rooms
             if not os.path.isdir(os.path.join(ROOT, 'harness', room))]
    checked = 0
    for room, allowed in rooms.items():
        if room == 'include/lacuna' or allowed == ['everything']:
            continue
        for path in sources(room, rooms):
            with open(path) as file:
                included = re.findall(r'^#include "([a-z_/]+)/[a-z0-9_]+\.(?:hpp|def)"', file.read(), re.M)
            for other in included:
                if not os.path.isdir(os.path.join(ROOT, 'harness', other)):
                    continue  # made by the build, or the SDK's
                checked += 1
                if other != room and not any(other == one or other.startswith(one + '/') for one in allowed):
                    wrong.append(f'{os.path.relpath(path, ROOT)}: includes {other}/, '
                                 f'which harness/{room}/ may not (docs/design.md, "Rooms")')
    for folder, _, files in os.walk(os.path.join(ROOT, 'harness')):
        name = os.path.relpath(folder, os.path.join(ROOT, 'harness'))
        if any(one.endswith('.cpp') for one in files) and not any(name == room or name.startswith(room + '/') for room in
                                                                 [*rooms, 'sdk']):
            wrong.append(f'harness/{name}: has no row (docs/design.md, "Rooms")')
    print('\n'.join(wrong) if wrong else f'{len(rooms)} rooms, {checked} includes: as docs/design.md says')
    return 1 if wrong or checked < 100 else 0


if __name__ == '__main__':
    sys.exit(main())
