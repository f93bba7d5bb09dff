"""Compares our description of every message and version with Kafka's own definitions.

They lie as JSON in Kafka's jars. What must agree, per version: names (but for their case style),
order, types, nullability, tags, flexibility, and defaults of numbers.
"""
import json
import re
import zipfile

# Kafka advertises Produce from 0 and defines it from 3; ours describes the versions between too.
OUR_FIRST_VERSION = {"ProduceRequest": 0, "ProduceResponse": 0}


def kafka_definitions(jars):
    """Every message definition in the jars, by name."""
    found = {}
    for jar in jars:
        with zipfile.ZipFile(jar) as archive:
            for path in archive.namelist():
                if re.fullmatch(r"common/(message|metadata)/\w+\.json", path):
                    text = archive.read(path).decode()
                    message = json.loads(re.sub(r"(?m)^\s*//.*$", "", text))
                    found[message["name"]] = message
    return found


def version_range(text):
    """'3+' -> (3, inf); '0-7' -> (0, 7); '5' -> (5, 5); 'none' -> an empty range."""
    if text is None or text == "none":
        return 1, 0
    if text.endswith("+"):
        return int(text[:-1]), 10**6
    first, _, last = text.partition("-")
    return int(first), int(last or first)


def within(version, text):
    first, last = version_range(text)
    return first <= version <= last


def default_of(field, wire_type):
    if not re.fullmatch(r"u?int\d+|bool", wire_type):
        return None
    value = field.get("default", 0)
    if isinstance(value, bool) or str(value).lower() in ("true", "false"):
        return int(str(value).lower() == "true")
    return int(str(value), 0)


def expected(fields, structs, version, depth=0):
    """Kafka's fields of one version, in our order: tagged ones last, by tag."""
    plain, tagged = [], []
    for field in fields:
        if not within(version, field["versions"]):
            continue
        array, element = field["type"].startswith("[]"), field["type"].removeprefix("[]")
        is_struct = element[0].isupper()
        wire_type = ("[]" if array else "") + ("struct" if is_struct else element)
        tag = field["tag"] if within(version, field.get("taggedVersions")) else None
        rows = [(depth, field["name"].lower(), wire_type,
                 within(version, field.get("nullableVersions")), tag, default_of(field, wire_type))]
        if is_struct:
            members = field.get("fields") or structs[element]
            rows += expected(members, structs, version, depth + 1)
        (plain if tag is None else tagged).append((tag, rows))
    return [row for _, rows in plain + sorted(tagged, key=lambda t: t[0]) for row in rows]


LINE = re.compile(r"( *)(\w+) ([\[\]\w]+)(\?)?(?: tag (\d+))?(?: = (-?\d+))?")


def described(text):
    """(name, key, version, flexible, rows) of every section our program printed."""
    for section in text.split("# ")[1:]:
        head, *lines = section.rstrip("\n").split("\n")
        name, _, key, _, version, *flexible = head.split()
        rows = []
        for line in lines:
            indent, field, wire_type, null, tag, default = LINE.fullmatch(line).groups()
            rows.append((len(indent) // 2, field.replace("_", ""), wire_type, null is not None,
                         None if tag is None else int(tag),
                         None if default is None else int(default)))
        yield name, int(key), int(version), bool(flexible), rows


def differences(ours, kafka):
    """A sentence for each; a message that Kafka does not define is one."""
    seen = {}
    for name, key, version, flexible, rows in ours:
        seen.setdefault(name, []).append(version)
        where = f"{name} v{version}"
        if name not in kafka:
            yield f"{where}: no definition found"
            continue
        message = kafka[name]
        if message.get("apiKey") != key:
            yield f"{where}: key {key}, Kafka {message.get('apiKey')}"
        if within(version, message["flexibleVersions"]) != flexible:
            yield f"{where}: flexible {flexible}, Kafka {message['flexibleVersions']}"
        structs = {s["name"]: s["fields"] for s in message.get("commonStructs", [])}
        theirs = expected(message["fields"], structs, version)
        for row in [r for r in rows if r not in theirs] + [r for r in theirs if r not in rows]:
            yield f"{where}: {'ours only' if row in rows else 'Kafka only'} {row}"
        if rows != theirs and sorted(rows, key=str) == sorted(theirs, key=str):
            yield f"{where}: fields in another order"
    for name, versions in seen.items():
        if name not in kafka:
            continue
        first, last = version_range(kafka[name]["validVersions"])
        first = OUR_FIRST_VERSION.get(name, first)
        if versions != list(range(first, last + 1)):
            yield f"{name}: versions {versions}, Kafka {kafka[name]['validVersions']}"
