"""Find what a new OpenAPI document breaks for a client that was written from an older one."""

from collections.abc import Iterator, Mapping
from typing import Any

Document = Mapping[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")


def broken_by(new: Document, old: Document) -> list[str]:
    """Return a line for each breaking change.

    Breaking are a removed address, operation, response property, request property or value of a choice in a request,
    another type, and a new required parameter or request property.
    """
    found = []
    for path, methods in old["paths"].items():
        for method in METHODS:
            if method not in methods:
                continue
            operation = new["paths"].get(path, {}).get(method)
            name = f"{method.upper()} {path}"
            if operation is None:
                found.append(f"{name}: removed")
            else:
                found += [f"{name}: {line}" for line in _operation(methods[method], operation, old, new)]
    return found


def _operation(was: Document, now: Document, old: Document, new: Document) -> Iterator[str]:
    yield from _parameters(was, now, old, new)
    if not was.get("requestBody", {}).get("required") and now.get("requestBody", {}).get("required"):
        yield "the body became required"
    for media, content in was.get("requestBody", {}).get("content", {}).items():
        given = now.get("requestBody", {}).get("content", {}).get(media)
        if given is None:
            yield f"the body {media} was removed"
        else:
            yield from _request(content["schema"], given["schema"], old, new, "body")
    for status, response in was["responses"].items():
        for media, content in _resolved(response, old).get("content", {}).items():
            given = _resolved(now["responses"].get(status, {}), new).get("content", {}).get(media)
            if given is None:
                yield f"the response {status} {media} was removed"
            else:
                yield from _response(content["schema"], given["schema"], old, new, status)


def _parameters(was: Document, now: Document, old: Document, new: Document) -> Iterator[str]:
    before = {(one["in"], one["name"]): one for one in was.get("parameters", [])}
    after = {(one["in"], one["name"]): one for one in now.get("parameters", [])}
    for key, one in before.items():
        if key not in after:
            yield f"the parameter {key[1]} was removed"
        else:
            yield from _request(one["schema"], after[key]["schema"], old, new, key[1])
    for key, one in after.items():
        if one.get("required") and not before.get(key, {}).get("required"):
            yield f"the parameter {key[1]} became required"


def _request(was: Document, now: Document, old: Document, new: Document, at: str) -> Iterator[str]:
    """What a client sends: everything that was accepted must still be accepted."""
    was, now = _resolved(was, old), _resolved(now, new)
    yield from _types(was, now, at)
    for choice in was.get("enum", []):
        if "enum" in now and choice not in now["enum"]:
            yield f"{at} does not accept {choice} any more"
    for name in set(now.get("required", [])) - set(was.get("required", [])):
        yield f"{at}.{name} became required"
    yield from _children(was, now, old, new, at, _request)


def _response(was: Document, now: Document, old: Document, new: Document, at: str) -> Iterator[str]:
    """What a client reads: everything that was there must still be there."""
    was, now = _resolved(was, old), _resolved(now, new)
    yield from _types(was, now, at)
    for name in set(was.get("required", [])) - set(now.get("required", [])):
        yield f"{at}.{name} is not always there any more"
    yield from _children(was, now, old, new, at, _response)


def _children(was: Document, now: Document, old: Document, new: Document, at: str, compare: Any) -> Iterator[str]:
    for name, schema in was.get("properties", {}).items():
        given = now.get("properties", {}).get(name)
        if given is None:
            yield f"{at}.{name} was removed"
        else:
            yield from compare(schema, given, old, new, f"{at}.{name}")
    for part in ("items", "additionalProperties"):
        if isinstance(was.get(part), Mapping) and isinstance(now.get(part), Mapping):
            yield from compare(was[part], now[part], old, new, f"{at}[]")


def _types(was: Document, now: Document, at: str) -> Iterator[str]:
    if _kinds(was) != _kinds(now):
        yield f"{at} has another type"


def _kinds(schema: Document) -> set[str]:
    """Return the types of a schema, also of one that may be null."""
    parts = schema.get("anyOf", [schema])
    return {f"{part.get('type')}:{part.get('format')}:{part.get('$ref')}" for part in parts}


def _resolved(schema: Document, document: Document) -> Document:
    while "$ref" in schema:
        _root, _components, kind, name = schema["$ref"].split("/")
        schema = document["components"][kind][name]
    return schema
