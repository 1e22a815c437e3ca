"""Where Label Studio finds the ML backend: registered once, under the name of the model that answers.

The title of a backend must be the version that its predictions carry: only then are pages labelled when they are opened, and
ordered by this model's certainty.
"""

from __future__ import annotations

from dataclasses import dataclass

from gongkai.annotations.backend import HEADER, USER
from gongkai.annotations.studio import Studio

EVENTS = ("ANNOTATION_CREATED", "ANNOTATION_UPDATED", "ANNOTATIONS_DELETED", "ANNOTATIONS_CREATED")


@dataclass(frozen=True, slots=True)
class Connection:
    """The backend at `url` for project `project`, guarded by `secret`."""

    project: int
    url: str
    secret: str

    def ensure(self, studio: Studio, version: str) -> None:
        """Register the backend and its webhook, or bring them up to date. Label Studio calls the backend while it is asked.

        The webhook comes first: registering a backend would make one of its own, without the secret.
        """
        with studio.asked("for its webhooks"):
            self._ensure_webhook(studio)
        with studio.asked(f"to use the backend at {self.url} (it must run, and Label Studio must be allowed to call its address)"):
            self._ensure_backend(studio, version)

    def _ensure_webhook(self, studio: Studio) -> None:
        address, headers = f"{self.url}/webhook", {HEADER: self.secret}
        for hook in studio.client.webhooks.list(project=str(self.project)):
            if hook.url == address and hook.id is not None:
                if hook.headers != headers:
                    studio.client.webhooks.update(hook.id, url=address, headers=headers, is_active=True)
                return
        studio.client.webhooks.create(
            url=address, project=self.project, headers=headers, send_payload=False, send_for_all_actions=False, actions=list(EVENTS)
        )

    def _ensure_backend(self, studio: Studio, version: str) -> None:
        found = [backend for backend in studio.client.ml.list(project=self.project) if backend.url.rstrip("/") == self.url]
        if not found:
            studio.client.ml.create(
                project=self.project,
                url=self.url,
                title=version,
                auth_method="BASIC_AUTH",
                basic_auth_user=USER,
                basic_auth_pass=self.secret,
            )
        elif found[0].title != version or found[0].state != "CO":
            studio.client.ml.update(
                int(found[0].id or 0),
                project=self.project,
                url=self.url,
                title=version,
                auth_method="BASIC_AUTH",
                basic_auth_user=USER,
                basic_auth_pass=self.secret,
            )
