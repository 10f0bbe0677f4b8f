"""The OpenAPI document: what Ninja derives from the operations, with the problems and headers that all of them have."""

from typing import Any

from ninja import NinjaAPI

from submissions.api import problems, schemas
from submissions.api.gate import BearerToken
from submissions.models import Scope

ROOT = "api/v1/"
REF = "#/components/schemas/{model}"
DESCRIPTION = (
    "File identity checks and receive their results. Every request needs a token: `Authorization: Bearer kyc_...`. "
    "Every error is a problem (RFC 9457). docs/api.md explains tokens, errors, limits and versions."
)
ANY = (401, 403, 422, 429, 500, 503)
OF_AN_OBJECT = (404, 410)
WRITING = (400, 409, 412, 413, 415, 428)
LIMIT_HEADERS = {
    "RateLimit-Policy": "the number of requests (`q`) that the token may make in a window of `w` seconds",
    "RateLimit": "the remaining requests (`r`) and the seconds until the next window (`t`)",
}


def needs(scope: Scope, media: str = "application/json", **extra: Any) -> dict[str, Any]:
    """Return the arguments of an operation: the check of its token, and its scope in the document."""
    return {"auth": BearerToken(scope, media), "openapi_extra": {"x-scope": scope.value, **extra}}


def document(api: NinjaAPI) -> dict[str, Any]:
    found: dict[str, Any] = api.get_openapi_schema(path_prefix=ROOT)
    problem = schemas.ProblemOut.model_json_schema(ref_template=REF, by_alias=True)
    found["components"]["schemas"] |= {**problem.pop("$defs"), "ProblemOut": problem}
    statuses = sorted({status for status, _title in problems.TYPES.values()})
    found["components"]["responses"] = {f"Problem{status}": _problem(status) for status in statuses}
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            _complete(operation, _problems_of(path, method))
    return found


def _problems_of(path: str, method: str) -> list[int]:
    return sorted({*ANY, *(OF_AN_OBJECT if "{" in path else ()), *(WRITING if method != "get" else ())})


def _complete(operation: dict[str, Any], statuses: list[int]) -> None:
    """Name the scope in the description; add the headers of every response and the problems."""
    operation["description"] = f"{operation['description']} Scope: `{operation['x-scope']}`."
    for response in operation["responses"].values():
        response.setdefault("headers", {}).update(_limit_headers())
    for status in statuses:
        operation["responses"][status] = {"$ref": f"#/components/responses/Problem{status}"}
    operation["responses"] = {str(key): operation["responses"][key] for key in sorted(operation["responses"], key=int)}


def _header(text: str) -> dict[str, Any]:
    return {"description": text, "schema": {"type": "string"}}


def _limit_headers() -> dict[str, Any]:
    return {name: _header(text) for name, text in LIMIT_HEADERS.items()}


def _problem(status: int) -> dict[str, Any]:
    headers = {} if status == 401 else _limit_headers()
    titles = [
        f"`{problems.type_of(name)}`: {title}" for name, (code, title) in problems.TYPES.items() if code == status
    ]
    if status in (429, 503):
        headers["Retry-After"] = _header("seconds")
    schema = {"$ref": REF.format(model="ProblemOut")}
    return {"description": "; ".join(titles), "headers": headers, "content": {problems.MEDIA_TYPE: {"schema": schema}}}
