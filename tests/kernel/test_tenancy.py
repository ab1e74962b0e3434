"""The programme as a wall."""

import pytest

from talimger.kernel.tenancy import ScopeError, across_programmes, current_programme, programme_scope
from talimger.people.models import Organisation, Programme
from tests.factories.people import make_organisation, make_programme

pytestmark = pytest.mark.django_db


def test_a_query_outside_any_programme_raises() -> None:
    with pytest.raises(ScopeError):
        Organisation.objects.count()
    with pytest.raises(ScopeError):
        Organisation.objects.filter(pk=1)


def test_another_programmes_rows_are_invisible(programme: Programme, other_programme: Programme) -> None:
    own, foreign = make_organisation(programme), make_organisation(other_programme)
    assert list(Organisation.objects.all()) == [own]
    assert not Organisation.objects.filter(pk=foreign.pk).exists()
    with pytest.raises(Organisation.DoesNotExist):
        Organisation.objects.get(pk=foreign.pk)


def test_another_programmes_rows_can_be_neither_changed_nor_deleted_in_bulk(programme: Programme, other_programme: Programme) -> None:
    foreign = make_organisation(other_programme, "Тәңір")
    assert Organisation.objects.update(name="Чужое") == 0
    assert Organisation.objects.all().delete()[0] == 0
    with programme_scope(other_programme):
        assert str(Organisation.objects.get(pk=foreign.pk)) == "Тәңір"


def test_a_scope_inside_another_replaces_it_until_it_ends(programme: Programme, other_programme: Programme) -> None:
    assert current_programme() == programme
    with programme_scope(other_programme):
        assert current_programme() == other_programme
        with across_programmes():
            make_organisation(programme), make_organisation(other_programme)
            assert Organisation.objects.count() == 2
        assert Organisation.objects.count() == 1
    assert current_programme() == programme


def test_an_error_closes_the_scope_too() -> None:
    with pytest.raises(RuntimeError), programme_scope(make_programme()):
        raise RuntimeError
    assert current_programme() is None
    with pytest.raises(ScopeError):
        Organisation.objects.count()


def test_a_thread_starts_outside_any_programme(programme: Programme) -> None:
    from threading import Thread

    seen: list[object] = []
    thread = Thread(target=lambda: seen.append(current_programme()))
    thread.start()
    thread.join()
    assert seen == [None]
