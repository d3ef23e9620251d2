"""What every configuration model shares."""

from pydantic import BaseModel, ConfigDict


class ConfigModel(BaseModel):
    """A frozen, strict model that refuses unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)
