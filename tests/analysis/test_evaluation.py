"""Agreement figures are the field's own."""

from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from coachbot.analysis.evaluation import compare, quadratic_weighted_kappa
from coachbot.analysis.labels import Labels

values = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=2, max_size=40)


@given(values)
def test_kappa_is_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    truth, found = [a for a, _ in pairs], [b for _, b in pairs]
    ours = quadratic_weighted_kappa(truth, found)
    if len(set(truth + found)) < 2:
        assert ours is None
    else:
        assert ours is not None
        theirs = cohen_kappa_score(truth, found, weights="quadratic", labels=[0, 1, 2])
        assert abs(ours - theirs) < 1e-9


def test_the_same_labels_agree_wholly() -> None:
    labels = [Labels(2, 1, 0, 2, ("D",), ("cold",)), Labels(0, 0, 1, 0, ("S",)), Labels(1, 2, 2, 1)]
    report = compare(labels, labels)
    assert set(report.kappa.values()) == set(report.macro_f1.values()) == {1.0}
    assert report.per_label["pitfalls"]["cold"] == 1.0 and report.per_label["pitfalls"]["blaming"] is None
