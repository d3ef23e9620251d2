"""What every configuration model shares."""

from pydantic import BaseModel, ConfigDict


class ConfigModel(BaseModel):
    """A frozen, strict model that refuses unknown keys.

    Its validator is built at first use: a nested model never needs one of its own. The docstrings below the
    fields become the JSON Schema's descriptions; egress.config.schema reads them, so that no other run does.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)
