from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.text.asking import RefusedError
from kgrec.text.grounds import GroundFact, Grounds
from kgrec.text.sentences import sentences_of
from kgrec.text.verify import Verifier
from kgrec.vocabulary import Vocabulary
from kgrec.vocabulary.translation import translated

VERIFIER = Verifier(Vocabulary.load())

KITE = Grounds(
    key="item:1",
    label="The Red Kite",
    type="film",
    text=(
        "A lonely nun who once flew kites in Port Sorrow finds a red one in the cellar of her "
        "convent. With a deaf boy she builds another, but nobody believes that it can fly."
    ),
    literals=(("year", "1995"),),
    facts=(
        GroundFact("directed by", ("Ada Marlow",), "directed_by", True),
        GroundFact("written by", ("Bruno Okoro", "Clara Varga"), "written_by", True),
        GroundFact("starring", ("Dario Tanaka", "Elif Lindqvist"), "starring", True),
        GroundFact("followed by", ("The Blue Kite",), "sequel", True),
        GroundFact("country of origin", ("the United States",), "country", True),
        GroundFact("genre", ("Children's", "Comedy", "Drama"), "has_genre", True),
    ),
)
ADA = Grounds(
    key="entity:ada",
    label="Ada Marlow",
    type="person",
    facts=(
        GroundFact("director of", ("The Blue Kite", "The Red Kite"), "directed_by", False),
        GroundFact("actor in", ("The Old Kite",), "starring", False),
    ),
)

GOOD = [
    (KITE, "The Red Kite is a 1995 film directed by Ada Marlow, starring Dario Tanaka."),
    (KITE, "The Red Kite is a comedy film about a lonely nun who once flew kites in Port Sorrow."),
    (KITE, "The Red Kite is a children's movie. It was written by Bruno Okoro and Clara Varga."),
    (KITE, "The Red Kite is a Comedy and Drama film. Released in 1995, it stars Elif Lindqvist."),
    (KITE, "Ada Marlow directed The Red Kite. It was followed by The Blue Kite."),
    (KITE, "Dario Tanaka and Elif Lindqvist star in The Red Kite, a film released in 1995."),
    (KITE, "The Red Kite is a film. The director of the film is Ada Marlow."),
    (KITE, "The Red Kite is a film whose country of origin is the United States."),
    (ADA, "Ada Marlow is the director of The Red Kite and The Blue Kite."),
    (ADA, "Ada Marlow directed The Red Kite. Ada Marlow acted in The Old Kite."),
    (ADA, "The Red Kite was directed by Ada Marlow."),
]
BAD = [
    # another name, another number, half a name, parts of two names
    (KITE, "The Red Kite is a film directed by Robert Zemeckis."),
    (KITE, "The Red Kite is a 1996 film directed by Ada Marlow."),
    (KITE, "The Red Kite is a film released in 1995 and 2 more."),
    (KITE, "The Red Kite is a film starring Dario Lindqvist."),
    (KITE, "The Red Kite is a film by Ada Marlow in the United States."),
    # another role, one role too many, the roles turned round
    (KITE, "The Red Kite is a film directed by Dario Tanaka."),
    (KITE, "The Red Kite is a film directed by Ada Marlow and Dario Tanaka."),
    (KITE, "The Red Kite was written and directed by Ada Marlow."),
    (KITE, "The Red Kite stars Bruno Okoro and Clara Varga."),
    (KITE, "The Red Kite directed Ada Marlow."),
    (KITE, "The Red Kite is the director of Ada Marlow."),
    (KITE, "The Red Kite is a sequel to The Blue Kite."),
    (KITE, "The Red Kite follows The Blue Kite."),
    (KITE, "The Red Kite is followed by The Red Kite."),
    (KITE, "The Red Kite is followed by the film."),
    (KITE, "The Red Kite is in the film."),
    (KITE, "The Red Kite is a film starring Dario Tanaka's Ada Marlow."),
    (KITE, "Ada Marlow is The Red Kite."),
    (KITE, "The Red Kite was followed by The Blue Kite, directed by Ada Marlow."),
    (ADA, "Ada Marlow directed The Old Kite."),
    (ADA, "Ada Marlow is an actor in The Red Kite."),
    (ADA, "Ada Marlow was directed by The Red Kite."),
    (ADA, "Ada Marlow was directed in The Red Kite."),
    (ADA, "The Red Kite directed Ada Marlow."),
    # the catalog's words, said of something else or put together in another way
    (KITE, "The Red Kite is a lonely nun."),
    (KITE, "The Red Kite is a film starring Dario Tanaka, a lonely nun."),
    (KITE, "The Red Kite is a film about a deaf nun."),
    (KITE, "The Red Kite is a film about a lonely nun. Believes that it can fly."),
    (KITE, "The Red Kite is a film about a boy who once flew kites in Port Sorrow."),
    (KITE, "The Red Kite is a film about a lonely nun who flew kites from Port Sorrow."),
    (KITE, "The Red Kite is a film that believes that it can fly."),
    (KITE, "The Red Kite is a film. With a deaf boy she builds another, but believes that it can."),
    # what nobody said
    (KITE, "The Red Kite is a great film directed by Ada Marlow."),
    (KITE, "The Red Kite is a film in English."),
    (ADA, "He directed The Red Kite. Ada Marlow acted in The Old Kite."),
    (KITE, "The film is directed by Ada Marlow."),
]


@pytest.mark.parametrize(("grounds", "text"), GOOD)
def test_what_the_grounds_say_is_accepted(grounds: Grounds, text: str) -> None:
    verified = VERIFIER.check(text, grounds)
    assert verified.text == text
    assert all(span in grounds.text for each in verified.evidence for span in each.spans)
    assert all(each.facts or each.spans or "film" in each.sentence for each in verified.evidence)


@pytest.mark.parametrize(("grounds", "text"), BAD)
def test_what_they_do_not_say_is_refused(grounds: Grounds, text: str) -> None:
    with pytest.raises(RefusedError):
        VERIFIER.check(text, grounds)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("The Red Kite is a film. " * 5_000, "length"),
        ("Here is a text: The Red Kite is a film.", "talk"),
        ("As an AI I know that The Red Kite is a film.", "talk"),
        ("The Red Kite is a film. See http://evil.example/x", "address"),
        ("The Red Kite is a film. Write to a@b.example", "address"),
        ("The Red Kite is a **film**.", "markup"),
        ("<p>The Red Kite is a film.</p>", "markup"),
        ("- The Red Kite is a film.", "list"),
        ("The Red Kite is a film \U0001f600.", "markup"),
        ("The Red Kite\u202e is a film.", "control"),
        ("The Red Kite\u200b is a film.", "control"),
        ("The Red Kite is a film. The Red Kite is a film.", "repeated"),
        ("The Red Kite stars Dario Tanaka, Elif Lindqvist and Dario Tanaka.", "repeated"),
        ("The Red Kite is directed by Ada Marlow and directed by Ada Marlow.", "repeated"),
        ("The Red Kite is a Comedy, Comedy film.", "repeated"),
        ("The Red Kite, The Red Kite.", "repeated"),
        ("The Red Kite is a film film.", "repeated"),
        (
            "The Red Kite stars Dario Tanaka. It was released in 1995, starring Dario Tanaka.",
            "repeated",
        ),
        ("The Red Kite 是一部电影。", "script"),
        ("Красный змей, The Red Kite.", "script"),
        ("The Red Kite ist ein schöner Film von Ada Marlow.", "subject"),
        ("The Red Kite is a film. It is.", "sentences"),
    ],
)
def test_form(text: str, reason: str) -> None:
    with pytest.raises(RefusedError) as refused:
        VERIFIER.check(text, KITE)
    assert refused.value.reason == reason


def test_evidence_says_what_supports_each_sentence() -> None:
    text = "The Red Kite is a film directed by Ada Marlow. It follows a lonely nun."
    one, two = VERIFIER.check(text, KITE).evidence
    assert one.facts == (("directed_by", "Ada Marlow"),)
    assert two.spans == ("lonely nun",)
    assert json.loads(VERIFIER.check(text, KITE).evidence_json())[0]["sentence"].endswith("Marlow.")


def test_quotes_around_all_of_it_are_taken_off() -> None:
    assert VERIFIER.check('"The Red Kite is a film."', KITE).text == "The Red Kite is a film."


PEOPLE = ("Ada Marlow", "Bruno Okoro", "Clara Varga", "Dario Tanaka", "Elif Lindqvist", "Femi Roe")
NEWS = Grounds(
    key="item:2",
    label="The Old Kite",
    type="film",
    text=(
        "A farmer is killed by a wolf. A detective almost kills his wife. A man falsely accused of "
        "murder hides. Anna Karina and Maria Callas meet in New York City. Thieves take 3 of 12 "
        "kites on 5 May 1972. Tom wants to become president."
    ),
    literals=(("year", "1990"), ("birth year", "1943"), ("end date", "1999-01-02")),
)


@pytest.mark.parametrize(
    "text",
    [
        "A farmer killed a wolf.",
        "A farmer is killed a wolf.",
        "A detective kills his wife.",
        "A man accused of murder hides.",
        "Anna Maria Callas meet in New York City.",
        "Anna Karina Callas meet.",
        "Anna Karina and Maria Callas meet in York City.",
        "Thieves take 12 kites on 5 May 1972.",
        "Thieves take 3 of 12 kites on May 1972.",
        "Tom become president.",
        "It is a 1943 film.",
        "It was released in 1943.",
        "It was released in 1999-01-02.",
    ],
)
def test_a_word_that_is_left_out_changes_what_is_said(text: str) -> None:
    with pytest.raises(RefusedError):
        VERIFIER.check(f"The Old Kite is a 1990 film. {text}", NEWS)


def test_all_of_it_stands() -> None:
    for sentence in NEWS.text.split(". "):
        VERIFIER.check(f"The Old Kite is a 1990 film. {sentence.rstrip('.')}.", NEWS)


def test_in_chinese_who_does_it_to_whom_is_not_guessed() -> None:
    words = translated(Vocabulary.load(), (), "zh").vocabulary
    directed = words.relation("directed_by").label
    kite = Grounds(
        "item:1", "红风筝", "电影", facts=(GroundFact(directed, ("王家卫",), "directed_by", True),)
    )
    verifier = Verifier(words, "zh")
    verifier.check("红风筝是一部电影，导演是王家卫。", kite)
    with pytest.raises(RefusedError):
        verifier.check("王家卫由红风筝导演。", kite)


ROLES = {
    "directed_by": ("directed by", "director of"),
    "written_by": ("written by", "writer of"),
    "starring": ("starring", "actor in"),
    "music_by": ("music by", "composer of the music of"),
    "produced_by": ("produced by", "producer of"),
}


@st.composite
def grounds(draw: st.DrawFn) -> Grounds:
    people = draw(st.permutations(PEOPLE))
    roles = draw(st.lists(st.sampled_from(sorted(ROLES)), min_size=2, max_size=3, unique=True))
    facts = tuple(
        GroundFact(ROLES[role][0], (people[number],), role, True)
        for number, role in enumerate(roles)
    )
    year = draw(st.integers(1900, 2030))
    return Grounds("item:9", "Paper Harbour", "film", "", (("year", str(year)),), facts)


@given(grounds())
def test_the_template_stands(made: Grounds) -> None:
    VERIFIER.check(sentences_of(made), made)


@given(grounds(), st.data())
def test_a_name_exchanged_does_not(made: Grounds, data: st.DataObject) -> None:
    fact = data.draw(st.sampled_from(made.facts))
    other = data.draw(st.sampled_from([name for name in PEOPLE if name not in fact.names]))
    text = sentences_of(made).replace(fact.names[0], other)
    with pytest.raises(RefusedError):
        VERIFIER.check(text, made)


@given(grounds(), st.integers(1, 60))
def test_a_number_changed_does_not(made: Grounds, by: int) -> None:
    year = int(made.literals[0][1])
    with pytest.raises(RefusedError):
        VERIFIER.check(sentences_of(made).replace(str(year), str(year + by)), made)


@given(grounds(), st.data())
def test_a_role_turned_round_does_not(made: Grounds, data: st.DataObject) -> None:
    fact = data.draw(st.sampled_from(made.facts))
    back = ROLES[fact.relation][1]
    text = f"{made.label} is {back} {fact.names[0]}."
    with pytest.raises(RefusedError):
        VERIFIER.check(text, made)
    VERIFIER.check(f"{fact.names[0]} is {back} {made.label}.", made)


CATALOGS = {
    "de": "Eine einsame Nonne findet im Keller einen roten Drachen.",
    "fr": "Une religieuse solitaire trouve un cerf-volant rouge dans la cave.",
    "es": "Una monja solitaria encuentra una cometa roja en el sótano.",
    "ru": "Одинокая монахиня находит в подвале красного змея.",
    "zh": "一位孤独的修女在地窖里发现了一只红色的风筝。",
    "ja": "孤独な修道女が地下室で赤い凧を見つける。",
    "ko": "외로운 수녀가 지하실에서 빨간 연을 발견한다.",
    "ar": "راهبة وحيدة تجد طائرة ورقية حمراء في القبو.",
    "hi": "एक अकेली नन को तहखाने में लाल पतंग मिलती है।",
    "th": "แม่ชีผู้โดดเดี่ยวพบว่าวสีแดงในห้องใต้ดิน",
    "el": "Μια μοναχική καλόγρια βρίσκει έναν κόκκινο χαρταετό.",
    "he": "נזירה בודדה מוצאת עפיפון אדום במרתף.",
}


@pytest.mark.parametrize("text", CATALOGS.values(), ids=CATALOGS)
def test_a_catalog_in_any_script_may_be_repeated_and_nothing_else(text: str) -> None:
    own = Grounds("item:1", "Kite", "", text)
    VERIFIER.check(f"Kite. {text}", own)
    for other in CATALOGS.values():
        if other != text:
            with pytest.raises(RefusedError):
                VERIFIER.check(f"Kite. {other}", own)


SHOUT = Grounds(
    key="item:2",
    label="Shall We Dance?",
    type="film",
    text="Three gunmen, none of whom trusts the others, go a whole day without telling a lie.",
)


@pytest.mark.parametrize(
    "text",
    [
        "Shall We Dance? is a gunman.",
        "Shall We Dance? is three gunmen, none of whom trusts the others.",
        "Shall We Dance? is a film. Three gunmen, of whom trusts the others, go a whole day.",
        "Shall We Dance? is a film. Three gunmen, none of whom trusts the others, go a whole day "
        "telling a lie.",
    ],
)
def test_a_mark_at_the_end_of_a_name_ends_no_sentence_and_no_denial_is_lost(text: str) -> None:
    with pytest.raises(RefusedError):
        VERIFIER.check(text, SHOUT)
    VERIFIER.check(f"Shall We Dance? is a film. {SHOUT.text}", SHOUT)


def test_letters_of_chinese_are_not_put_together_anew() -> None:
    own = Grounds("item:1", "风筝", "", CATALOGS["zh"])
    with pytest.raises(RefusedError):
        VERIFIER.check("风筝。红色的修女在地窖里。", own)


def test_sentences_that_do_not_stand_are_left_out() -> None:
    good = "The Red Kite is a film directed by Ada Marlow."
    found = VERIFIER.keep(f"{good} It won an Oscar.", KITE)
    assert (found.text, found.left_out) == (good, ("It won an Oscar.",))
    assert [each.sentence for each in found.evidence] == [good]
    assert VERIFIER.keep(good, KITE).left_out == ()


@pytest.mark.parametrize(
    "text",
    [
        # The first sentence falls, or most do.
        "The Red Kite won an Oscar. It was written by Bruno Okoro.",
        "The Red Kite is a film directed by Ada Marlow. It won an Oscar. It won two Oscars.",
        # The name of what is described would be lost.
        "It was directed by Ada Marlow. The Red Kite won an Oscar.",
        # "She" would be nobody.
        "The Red Kite is a film. A rich nun loses a kite. She builds another with a deaf boy.",
    ],
)
def test_and_where_too_little_is_left_the_text_is_refused(text: str) -> None:
    with pytest.raises(RefusedError):
        VERIFIER.keep(text, KITE)


@given(st.lists(st.sampled_from([text for made, text in GOOD + BAD if made is KITE]), max_size=4))
def test_what_is_kept_stands_by_itself(texts: list[str]) -> None:
    try:
        kept = VERIFIER.keep(" ".join(texts), KITE)
    except RefusedError:
        return
    assert VERIFIER.check(kept.text, KITE).text == kept.text
