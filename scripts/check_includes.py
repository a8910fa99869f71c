#!/usr/bin/env python3
"""Checks that every header of the harness includes the standard headers whose names it uses.

The precompiled header hides what lacks: only somebody who includes a header without it, such as a plugin's author, would
see. A header may also leave it to one of ours that it includes itself.
"""
import argparse
import pathlib
import re
import sys

# What a header says -> the headers that bring it.
HEADERS_OF = {
    r'std::array': ['array'],
    r'std::atomic': ['atomic'],
    r'std::chrono': ['chrono'],
    r'std::deque': ['deque'],
    r'std::exception_ptr': ['exception'],
    r'std::filesystem': ['filesystem'],
    r'std::function': ['functional'],
    r'std::initializer_list': ['initializer_list'],
    r'std::map': ['map'],
    r'std::(?:unique|shared|weak)_ptr': ['memory'],
    r'std::(?:mutex|lock_guard)': ['mutex'],
    r'std::optional': ['optional'],
    r'std::ostream': ['ostream', 'iostream', 'iosfwd'],
    r'std::regex': ['regex'],
    r'std::(?:multi)?set': ['set'],
    r'std::span': ['span'],
    r'std::string': ['string'],
    r'std::string_view': ['string_view', 'string'],
    r'std::tuple': ['tuple'],
    r'std::u?int(?:8|16|32|64)_t': ['cstdint'],
    r'std::unordered_map': ['unordered_map'],
    r'std::variant': ['variant'],
    r'std::vector': ['vector'],
    r'nlohmann::json': ['nlohmann/json.hpp', 'nlohmann/json_fwd.hpp'],
}
USES = [(re.compile(rf'\b({name})\b'), headers) for name, headers in HEADERS_OF.items()]
NO_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.S)
INCLUDE = re.compile(r'^\s*#\s*include\s+(?:<([^>]+)>|"([^"]+)")', re.M)


def included(path, root):
    """Standard headers, and ours as paths, that a header includes."""
    found = INCLUDE.findall(path.read_text())
    places = [path.parent, root / 'harness', root / 'harness' / 'include']
    ours = [place / quoted for _, quoted in found if quoted for place in places if (place / quoted).is_file()]
    return {angled for angled, _ in found if angled}, ours


def missing(path, root):
    """Pairs of what a header uses and the standard header that it lacks."""
    there, ours = included(path, root)
    for one in ours:
        there |= included(one, root)[0]
    code = NO_CODE.sub(' ', INCLUDE.sub('', path.read_text()))
    for use, headers in USES:
        if (found := use.search(code)) and not there.intersection(headers):
            yield found[1], headers[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('root', nargs='?', type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[1])
    root = parser.parse_args().root
    headers = sorted((root / 'harness').rglob('*.hpp'))
    wrong = [f'{path.relative_to(root)}: uses {name} without #include <{header}>' for path in headers
             for name, header in missing(path, root)]
    print('\n'.join(wrong) if wrong else f'{len(headers)} headers include what they use')
    return 1 if wrong or not headers else 0


if __name__ == '__main__':
    sys.exit(main())
