"""What every part of a scenario is: written by a person, frozen, strict about its keys."""

from pydantic import BaseModel, ConfigDict


class Chosen(BaseModel):
    """A part of the scenario: frozen, and strict about its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")
