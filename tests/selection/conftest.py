"""What the tests of selection ask for."""

from __future__ import annotations

import pytest
from django.test import Client

from talimger.people.models import Programme
from tests.factories.people import client_for
from tests.factories.selection import Scene, make_scene


@pytest.fixture
def scene(programme: Programme) -> Scene:
    """The middle of a selection, with the programme's scope open."""
    return make_scene(programme)


@pytest.fixture
def officer(scene: Scene) -> Client:
    """The officer's browser."""
    return client_for(scene.officer)
