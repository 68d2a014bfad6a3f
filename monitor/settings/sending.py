"""What letters say and by which channels they leave."""

from __future__ import annotations

from pydantic import Field

from crawler.config import Strict
from monitor.settings.letters import LetterSettings
from monitor.settings.mail import MailConfig
from monitor.settings.webhook import WebhookConfig


class AlertsConfig(Strict):
    """What letters say, and the channels they leave by. Without ``mail`` letters are written and
    wait."""

    letters: LetterSettings = LetterSettings()
    mail: MailConfig | None = None
    robots: dict[str, WebhookConfig] = Field(default_factory=dict)
