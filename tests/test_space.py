"""Coordinates are a mapping with the dimensions in one order, however they were given."""

from __future__ import annotations

import pickle

from hypothesis import given
from hypothesis import strategies as st

from shouzhi.space import DIMENSIONS, Coordinates

MEMBERS = st.dictionaries(st.sampled_from(DIMENSIONS), st.sampled_from(["a", "b", "c"]))


@given(MEMBERS, MEMBERS, st.sets(st.sampled_from(DIMENSIONS)))
def test_coordinates_are_the_mapping_of_their_members(
    one: dict[str, str], other: dict[str, str], dimensions: set[str]
) -> None:
    place, second = Coordinates(one), Coordinates(other)
    assert dict(place.items()) == one == dict(place)
    assert [*place] == [name for name in DIMENSIONS if name in one]
    assert {name: place.get(name, "none") for name in DIMENSIONS} == {
        name: one.get(name, "none") for name in DIMENSIONS
    }
    assert all((name in place) == (name in one) for name in DIMENSIONS)
    assert dict(place | second) == {**one, **other} == dict(place | other)
    assert hash(place | second) == hash(Coordinates({**one, **other}))
    assert dict(place.without(*dimensions)) == {k: v for k, v in one.items() if k not in dimensions}
    assert dict(place.only(*dimensions)) == {k: v for k, v in one.items() if k in dimensions}
    assert pickle.loads(pickle.dumps(place)) == place  # noqa: S301 - our own bytes
    assert (place == second) == (one == other)
