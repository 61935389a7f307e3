from django.template import Context, Template


def test_it_works():
    drawn = Template("<p>{% icon kind %}</p>").render(Context({"kind": "report"}))

    assert drawn.startswith("<p>")
    assert "<svg" in drawn
    assert "&lt;" not in drawn
    assert "M6 3h8l4 4v14H6z" in drawn


def test_each_name_has_its_own_picture():
    names = ("report", "screen", "video", "next")

    assert len({Template("{% icon name %}").render(Context({"name": name})) for name in names}) == len(names)


def test_an_unknown_name_is_no_way_to_write_into_the_page():
    drawn = Template("{% icon name %}").render(Context({"name": "<script>"}))

    assert drawn == Template("{% icon 'info' %}").render(Context())
