//! Surveys: shares with the intervals that such numbers have, the unsure and the unanswered apart, few people protected.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::support::{Folder, Said, disparity};

/// A made-up survey of 102 parents and 59 young people of which a third say that they were treated unfairly and 24% are
/// unsure, and of which 41% say that help made no difference or made it worse.
fn families() -> String {
    let mut text = String::from("who,treated unfairly,difference\n");
    // Of parents and of young people: yes, unsure, no.
    let unfairly = [("parent", [34, 24, 44]), ("young person", [20, 15, 24])];
    // Better, none, worse, and no answer.
    let difference = [[52, 32, 10, 8], [30, 18, 6, 5]];
    for ((who, unfairly), difference) in unfairly.iter().zip(difference) {
        let spread = |words: &[&'static str], counts: &[usize]| -> Vec<&'static str> {
            words
                .iter()
                .zip(counts)
                .flat_map(|(word, n)| std::iter::repeat_n(*word, *n))
                .collect()
        };
        let first = spread(&["Yes", "Unsure", "No"], unfairly);
        let second = spread(&["Better", "No difference", "Worse", ""], &difference);
        assert_eq!(first.len(), second.len());
        for (one, other) in first.iter().zip(second) {
            let _ = writeln!(text, "{who},{one},{other}");
        }
    }
    text
}

const DESCRIPTION: &str = "title = \"What families said\"\ninvented = true\nquestions = [\"treated unfairly\", \
                           \"difference\"]\ngroups = [\"who\"]\nunsure = [\"Unsure\"]\n";

fn run(text: &str, description: &str, more: &[&str]) -> Said {
    let folder = Folder::new("survey");
    let (file, words) = (folder.join("survey.csv"), folder.join("survey.toml"));
    std::fs::write(&file, text).unwrap();
    std::fs::write(&words, description).unwrap();
    let (file, words) = (file.to_str().unwrap(), words.to_str().unwrap());
    let mut arguments = vec!["survey", file, "--describe", words];
    arguments.extend(more);
    disparity(&arguments)
}

/// Rows by question, group and answer: count, answered, share, low, high and symbol.
type Rows = BTreeMap<(String, String, String), [String; 6]>;

fn rows(text: &str, description: &str) -> Rows {
    let said = run(text, description, &["--format", "csv"]).ok();
    let mut reader = csv::Reader::from_reader(said.as_bytes());
    let header = reader.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|own| own == name).unwrap();
    let rows = reader.records().map(Result::unwrap);
    rows.map(|row| {
        let own = |name: &str| row[at(name)].to_owned();
        let answer = if own("answer").is_empty() {
            own("answer_kind")
        } else {
            own("answer")
        };
        let of = format!("{}{}", own("la_name"), own("group"));
        let values = [
            "numerator",
            "answered",
            "estimate",
            "conf_low",
            "conf_high",
            "symbol",
        ]
        .map(own);
        ((own("question"), of, answer), values)
    })
    .collect()
}

fn key(question: &str, of: &str, answer: &str) -> (String, String, String) {
    (question.to_owned(), of.to_owned(), answer.to_owned())
}

#[test]
fn what_documents_quote_of_few_families_stands_with_the_interval_that_few_have() {
    let rows = rows(&families(), DESCRIPTION);
    let of = |answer: &str| {
        let [count, answered, share, low, high, _] = &rows[&key("treated unfairly", "", answer)];
        let number = |text: &String| text.parse::<f64>().unwrap();
        (
            count.clone(),
            answered.clone(),
            [number(share), number(low), number(high)],
        )
    };
    // Wilson 1927, worked out apart from the program: 54 of 161 and 39 of 161.
    for (answer, count, wanted) in [
        ("Yes", "54", [0.335_403_73, 0.267_063_62, 0.411_415_32]),
        ("Unsure", "39", [0.242_236_02, 0.182_564_14, 0.313_921_75]),
    ] {
        let (found, answered, share) = of(answer);
        assert_eq!(
            (found.as_str(), answered.as_str()),
            (count, "161"),
            "{answer}"
        );
        for (own, wanted) in share.iter().zip(wanted) {
            assert!((own - wanted).abs() < 1e-7, "{answer}: {share:?}");
        }
    }
    // Of those who answered; those who did not are apart.
    let none = &rows[&key("difference", "", "No difference")];
    let worse = &rows[&key("difference", "", "Worse")];
    assert_eq!(
        (none[0].as_str(), worse[0].as_str(), none[1].as_str()),
        ("50", "16", "148")
    );
    let unanswered = &rows[&key("difference", "", "unanswered")];
    assert_eq!(unanswered[0], "13");
    assert!((unanswered[2].parse::<f64>().unwrap() - 13.0 / 161.0).abs() < 1e-12);
    // Groups apart, and the interval of the few wider than that of all.
    let width = |of: &str| {
        let own = &rows[&key("treated unfairly", of, "Yes")];
        own[4].parse::<f64>().unwrap() - own[3].parse::<f64>().unwrap()
    };
    assert!(width("young person") > width("parent") && width("parent") > width(""));
    let said = run(&families(), DESCRIPTION, &[]).ok();
    assert!(
        said.contains("SYNTHETIC") && said.contains("34% (27% to 41%)"),
        "{said}"
    );
    assert!(
        said.lines()
            .all(|line| line.chars().count() <= 80 || line.contains("answered")),
        "{said}"
    );
}

#[test]
fn an_answer_of_few_is_withheld_with_what_would_give_it_away() {
    let mut text = String::from("who,fair\n");
    for (who, answer, n) in [
        ("parent", "Yes", 40),
        ("parent", "No", 30),
        ("young", "Yes", 20),
        ("young", "No", 3),
    ] {
        for _ in 0..n {
            let _ = writeln!(text, "{who},{answer}");
        }
    }
    let description = "title = \"T\"\nquestions = [\"fair\"]\ngroups = [\"who\"]\n";
    let protected = rows(&text, description);
    let count = |of: &str, answer: &str| protected[&key("fair", of, answer)][0].clone();
    assert_eq!(count("young", "No"), "c");
    // From everyone's and from those who answered it would follow.
    assert!(
        count("parent", "No") == "c" || count("", "No") == "c",
        "{protected:?}"
    );
    assert!(count("young", "Yes") == "c" || protected[&key("fair", "young", "Yes")][1] == "c");
    let open = run(
        &text,
        description,
        &["--format", "csv", "--unprotected", "our own analysts"],
    );
    assert!(open.stdout.contains(",No,3,23,"), "{}", open.stdout);
    assert!(open.stdout.contains("our own analysts"));
}

#[test]
fn what_one_question_says_of_who_was_asked_gives_nobody_away_in_another() {
    // All 59 young people answer the first question; of the second 5 did not, so that 54 would tell them.
    let mut text = String::from("who,fair,better\n");
    for (who, n, silent) in [("parent", 102, 8), ("young person", 59, 5)] {
        for at in 0..n {
            let better = if at < silent {
                ""
            } else {
                ["Yes", "No"][at % 2]
            };
            let _ = writeln!(text, "{who},{},{better}", ["Yes", "No"][at % 2]);
        }
    }
    let description = "title = \"T\"\nquestions = [\"fair\", \"better\"]\ngroups = [\"who\"]\n";
    let rows = rows(&text, description);
    let of = |question: &str, who: &str, answer: &str| rows[&key(question, who, answer)].clone();
    assert_eq!(of("better", "young person", "unanswered")[0], "c");
    let told = |question: &str| {
        let [yes, no] = ["Yes", "No"].map(|answer| of(question, "young person", answer));
        let parts = [&yes[0], &no[0]].iter().all(|own| **own != "c");
        yes[1] != "c" || parts
    };
    assert!(!(told("fair") && told("better")), "{rows:?}");
}

#[test]
fn weights_make_the_interval_that_of_fewer_answers() {
    let mut text = String::from("id,q,a,w\n");
    for at in 0..40 {
        let _ = writeln!(
            text,
            "{at},fair,{},{}",
            if at % 2 == 0 { "Yes" } else { "No" },
            1 + at % 4
        );
    }
    let description =
        "title = \"T\"\nquestion = \"q\"\nanswer = \"a\"\nrespondent = \"id\"\nweight = \"w\"\n";
    let weighted = rows(&text, description);
    let own = &weighted[&key("fair", "", "Yes")];
    // Weights 1 and 3 said yes, 2 and 4 said no: 40 of 100; squares 300, so 33.3 answers' worth.
    let number = |at: usize| own[at].parse::<f64>().unwrap();
    assert!((number(2) - 0.4).abs() < 1e-12, "{own:?}");
    assert!(
        (number(3) - 0.252_513_38).abs() < 1e-6 && (number(4) - 0.568_153_63).abs() < 1e-6,
        "{own:?}"
    );
}

#[test]
fn what_is_wrong_with_a_survey_is_said_with_its_row() {
    let long = "title = \"T\"\nquestion = \"q\"\nanswer = \"a\"\nrespondent = \"id\"\n";
    for (text, description, says) in [
        (
            "id,q,a\n1,x,Yes\n1,x,No\n",
            long.to_owned(),
            "a respondent answers \"x\" twice\n  --> ",
        ),
        ("id,q\n1,x\n", long.to_owned(), "there is no column `a`"),
        (
            "id,q,a,w\n1,x,Yes,-1\n",
            format!("{long}weight = \"w\"\n"),
            "the weight \"-1\" is no number above 0",
        ),
        (
            "id,q,a,la\n1,x,Yes,Leads\n",
            format!("{long}area = \"la\"\n"),
            "no area is called \"Leads\"",
        ),
        (
            "id,q,a\n1,x,Yes\n",
            "title = \"T\"\n".to_owned(),
            "nothing says where questions and answers are",
        ),
        (
            "id,q,a\n1,x,Yes\n",
            "tittle = \"T\"\n".to_owned(),
            "unknown field `tittle`",
        ),
        ("id,q,a\n", long.to_owned(), "nobody who was asked anything"),
    ] {
        let said = run(text, &description, &[]);
        assert_eq!(said.code, 2);
        assert!(said.stderr.contains(says), "{says}\n{}", said.stderr);
        assert!(said.stderr.contains("hint: "), "{}", said.stderr);
    }
}

#[test]
fn ways_of_telling_people_apart_that_refine_one_another_are_protected_together() {
    let mut text = String::from("role,detail,fair\n");
    for (role, detail, answer, n) in [
        ("Parent", "Mother", "Yes", 38),
        ("Parent", "Father", "Yes", 2),
        ("Parent", "Mother", "No", 20),
        ("Parent", "Father", "No", 20),
        ("Young", "Young person", "Yes", 20),
        ("Young", "Young person", "No", 20),
    ] {
        for _ in 0..n {
            let _ = writeln!(text, "{role},{detail},{answer}");
        }
    }
    let description = "title = \"T\"\nquestions = [\"fair\"]\ngroups = [\"role\", \"detail\"]\n";
    let rows = rows(&text, description);
    let yes = |of: &str| rows[&key("fair", of, "Yes")][0].clone();
    assert_eq!(yes("Father"), "c");
    assert!(yes("Mother") == "c" || yes("Parent") == "c", "{rows:?}");
    assert_eq!(yes("Young") == "c", yes("Young person") == "c");
}

#[test]
fn a_weighted_share_tells_nothing_of_a_question_of_which_something_is_withheld() {
    let mut text = String::from("who,w,fair\n");
    for (who, weight, answer, n) in [
        ("parent", "0.8", "Yes", 37),
        ("parent", "0.8", "No", 23),
        ("young", "1.3", "Yes", 3),
        ("young", "1.3", "No", 37),
    ] {
        for _ in 0..n {
            let _ = writeln!(text, "{who},{weight},{answer}");
        }
    }
    let description = "title = \"T\"\nquestions = [\"fair\"]\ngroups = [\"who\"]\nweight = \"w\"\n";
    for (_, row) in rows(&text, description) {
        assert_eq!((row[2].as_str(), row[5].is_empty()), ("", false), "{row:?}");
    }
}
