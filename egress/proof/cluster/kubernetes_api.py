"""A small client of the Kubernetes API: server-side apply, read, delete, status."""

import http.client
import json
import ssl
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

Object = dict[str, Any]


class RefusedError(Exception):
    """The API server refused a request; the message is its own."""


@dataclass(frozen=True)
class ServedKind:
    """Where the API serves a kind."""

    path: str
    plural: str
    namespaced: bool


class KubernetesApi:
    """One connection per thread to the API server."""

    def __init__(self, address: str, port: int, token: str, root: bytes) -> None:
        self._address, self._port = address, port
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._tls = ssl.create_default_context(cadata=root.decode())
        self._local = threading.local()
        self._kinds: dict[tuple[str, str], ServedKind] = {}
        self._lock = threading.Lock()

    def apply(self, manifest: Mapping[str, Any], *, strict: bool = True) -> Object:
        """Apply by server-side apply; unknown and duplicate fields are errors."""
        validation = "Strict" if strict else "Warn"
        path = f"{self.object_path(manifest)}?fieldManager=Terraform&force=true&fieldValidation={validation}"
        return self.request("PATCH", path, manifest, content_type="application/apply-patch+yaml")

    def try_out(self, manifest: Mapping[str, Any]) -> Object:
        """Create an object as a dry run: admission judges it, nothing is stored."""
        return self.request("POST", f"{self.collection_path(manifest)}?dryRun=All", manifest)

    def create(self, manifest: Mapping[str, Any]) -> Object:
        """Create an object."""
        return self.request("POST", self.collection_path(manifest), manifest)

    def bind(self, pod: Mapping[str, Any], node: str) -> Object:
        """Bind a Pod to a node, as a scheduler does; return the Pod as it is stored then."""
        binding = {
            "apiVersion": "v1",
            "kind": "Binding",
            "metadata": {"name": pod["metadata"]["name"]},
            "target": {"apiVersion": "v1", "kind": "Node", "name": node},
        }
        self.request("POST", f"{self.object_path(pod)}/binding", binding)
        return self.get(pod)

    def set_status(self, manifest: Mapping[str, Any], status: Mapping[str, Any]) -> Object:
        """Replace an object's status."""
        patch = {"status": status}
        path = f"{self.object_path(manifest)}/status"
        return self.request("PATCH", path, patch, content_type="application/merge-patch+json")

    def delete(self, manifest: Mapping[str, Any]) -> None:
        """Delete an object at once."""
        self.request("DELETE", f"{self.object_path(manifest)}?gracePeriodSeconds=0")

    def try_to_merge(self, patch: Mapping[str, Any]) -> Object:
        """Return an object as it would be stored after a JSON merge patch (dry run)."""
        path = f"{self.object_path(patch)}?dryRun=All"
        return self.request("PATCH", path, patch, content_type="application/merge-patch+json")

    def get(self, manifest: Mapping[str, Any]) -> Object:
        """Read the stored object of the same kind, namespace and name."""
        return self.request("GET", self.object_path(manifest))

    def list(self, api_version: str, kind: str) -> list[Object]:
        """List a kind over all namespaces."""
        served = self._kind(api_version, kind)
        answer = self.request("GET", f"{served.path}/{served.plural}")
        return [{"apiVersion": api_version, "kind": kind, **item} for item in answer["items"]]

    def ready(self) -> bool:
        """Tell whether the API server says that it is ready for objects.

        Its built-in roles and priority classes come a second later; nothing here waits for them.
        """
        late = ("rbac/bootstrap-roles", "scheduling/bootstrap-system-priority-classes")
        excluded = "&".join(f"exclude=poststarthook/{hook}" for hook in late)
        try:
            self.request("GET", f"/readyz?{excluded}")
        except (OSError, RefusedError, http.client.HTTPException):
            return False
        return True

    def forget_kinds(self) -> None:
        """Ask anew which kinds are served (after CRDs were added)."""
        with self._lock:
            self._kinds.clear()

    def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        content_type: str = "application/json",
        as_user: Sequence[str] = (),
    ) -> Object:
        """Send a request, as a user and its groups where given.

        Raises RefusedError with the server's message when it is refused.
        """
        payload = None if body is None else json.dumps(body).encode()
        headers = [*self._headers.items()]
        headers += [("Content-Type", content_type), ("Content-Length", str(len(payload)))] if payload else []
        headers += [
            ("Impersonate-Group" if position else "Impersonate-User", name)
            for position, name in enumerate(as_user)
        ]
        for attempt in (1, 2):
            connection = self._connection()
            try:
                connection.putrequest(method, path)
                for name, value in headers:
                    connection.putheader(name, value)
                connection.endheaders(payload)
                response = connection.getresponse()
                data = response.read()
                break
            except (http.client.HTTPException, OSError):
                self._local.connection = None
                if attempt == 2:
                    raise
        if response.status >= 300:
            raise RefusedError(_message(data) or f"{response.status} {response.reason}")
        decoded = json.loads(data) if data[:1] in b"{[" and data else {}
        return decoded if isinstance(decoded, dict) else {}

    def _connection(self) -> http.client.HTTPSConnection:
        connection: http.client.HTTPSConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = http.client.HTTPSConnection(self._address, self._port, context=self._tls, timeout=30)
            self._local.connection = connection
        return connection

    def collection_path(self, manifest: Mapping[str, Any]) -> str:
        """Return where objects of a kind stand, in the object's namespace."""
        served = self._kind(manifest["apiVersion"], manifest["kind"])
        if not served.namespaced:
            return f"{served.path}/{served.plural}"
        namespace = quote(manifest["metadata"].get("namespace", "default"))
        return f"{served.path}/namespaces/{namespace}/{served.plural}"

    def object_path(self, manifest: Mapping[str, Any]) -> str:
        """Return where an object stands."""
        return f"{self.collection_path(manifest)}/{quote(manifest['metadata']['name'])}"

    def _kind(self, api_version: str, kind: str) -> ServedKind:
        with self._lock:
            if (api_version, kind) not in self._kinds:
                self._discover(api_version)
            if (api_version, kind) not in self._kinds:
                raise RefusedError(f"the API server serves no {kind} in {api_version}")
            return self._kinds[api_version, kind]

    def _discover(self, api_version: str) -> None:
        path = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        try:
            resources = self.request("GET", path).get("resources", [])
        except RefusedError:
            return
        for resource in resources:
            if "/" not in resource["name"]:
                self._kinds[api_version, resource["kind"]] = ServedKind(
                    path, resource["name"], resource["namespaced"]
                )


def _message(data: bytes) -> str:
    try:
        return str(json.loads(data).get("message", ""))
    except (ValueError, AttributeError):
        return data.decode(errors="replace")[:500]
