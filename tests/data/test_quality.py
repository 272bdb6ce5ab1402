from kgrec.data.quality import Finding, QualityReport

ASIDE = Finding("train.csv", "weight", "the weight is negative", 1, "set aside", "mend it", ("r",))
MERGED = Finding("train.csv", "", "twice", 1200, "merged")


def test_a_finding_is_one_sentence() -> None:
    assert str(ASIDE) == (
        "train.csv, column 'weight': 1 row set aside: the weight is negative (for instance r); "
        "mend it."
    )
    assert str(MERGED) == "train.csv: 1,200 rows merged: twice."


def test_a_report_counts() -> None:
    report = QualityReport((ASIDE,)) + QualityReport((MERGED,))
    assert report.set_aside == 1
    assert report.count("set aside", "merged", table="train.csv") == 1201
    assert report.count("merged", table="test.csv") == 0
    assert str(report).count("\n") == 1
    assert str(QualityReport()) == "no findings"
