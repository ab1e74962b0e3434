import pytest, datetime as dt
from django.test.utils import CaptureQueriesContext
from django.db import connection
from tests.factories.people import *
from tests.factories.framework import *
from talimger.kernel.tenancy import programme_scope
from talimger.framework import queries, commands
from talimger.framework.weak_spots import finding
from talimger.framework.differences import differences
from talimger.framework.content import *
from dataclasses import replace
@pytest.mark.django_db
def test_x():
    p=make_programme(); o=make_person(p,"officer"); a=actor_of(o,p)
    with programme_scope(p):
        v=publish_default(a)
        with CaptureQueriesContext(connection) as c:
            content=queries.content_of(queries.current_version())
        print(len(c)); 
        print(finding(content))
        for w in queries.weak_spots(v): print(w)
        assert queries.changed_after_publishing()==[]
        for m in v.methods.all():
            with CaptureQueriesContext(connection) as c: it=queries.items_of_method(m.pk)
            print(m.code, len(c), [i.code for i in it])
        with CaptureQueriesContext(connection) as c: x=queries.items_of_version(v.pk)
        print(len(c), sum(map(len,x.values())))
        with CaptureQueriesContext(connection) as c: d=commands.start_draft(actor=a)
        print("start", len(c))
        ind=queries.indicator_content(d.competencies.first().indicators.first())
        row=d.competencies.first().indicators.first()
        commands.edit_indicator(actor=a, indicator=row, texts=replace(ind, name=LocalisedText(ru="x")), seen=commands.token_of(ind))
        from talimger.framework.models import FrameworkVersion
        d=FrameworkVersion.objects.get(pk=d.pk)
        for x in differences(content, queries.content_of(d)): print(x)
        from talimger.framework.gaps import find_gaps
        print(find_gaps(queries.content_of(d), ("ru","kk")))
