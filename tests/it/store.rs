//! The store: what is written comes back, and what is not a store is refused with a reason.

use disparity_core::answers::{GroupBy, HelpKind, LookBack, Mode};
use disparity_journeys::{PriorHelpParams, prior_help};
use disparity_returns::store::{read_store, read_store_of, write_store};

use crate::codelists::dimensions;
use crate::planted::{read_world, world};

fn folder(name: &str) -> std::path::PathBuf {
    let folder =
        std::env::temp_dir().join(format!("disparity-store-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn journeys_come_back_from_the_store_as_they_went_in() {
    let (outcome, _) = read_world(&world(5, 2030));
    let folder = folder("round");
    write_store(
        &outcome.journeys,
        &outcome.sources,
        &dimensions(),
        &folder,
        &[],
        &|_, _, _| {},
    )
    .unwrap();
    let back = read_store(&folder, &dimensions()).unwrap();
    assert!(back.synthetic && back.spells().len() > 5000);
    assert_eq!(back, outcome.journeys);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn what_is_not_a_store_is_refused() {
    let folder = folder("not");
    assert!(
        read_store(&folder, &dimensions())
            .unwrap_err()
            .to_string()
            .contains("children.parquet")
    );
    std::fs::write(folder.join("children.parquet"), b"PAR1 and nothing more").unwrap();
    assert!(read_store(&folder, &dimensions()).is_err());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn reading_only_what_a_question_looks_at_changes_no_answer() {
    let (outcome, _) = read_world(&world(6, 2030));
    let (folder, dimensions) = (folder("part"), dimensions());
    let none = &|_: &str, _, _| {};
    write_store(&outcome.journeys, &[], &dimensions, &folder, &[], none).unwrap();
    let mut asked = 0;
    for kind in HelpKind::ALL {
        for (by, include_unaccompanied) in GroupBy::ALL.into_iter().zip([false, true].repeat(5)) {
            let params = PriorHelpParams {
                include_unaccompanied,
                kinds: vec![kind],
                groups: vec![by],
                look_backs: vec![LookBack::Years(2), LookBack::Ever],
                modes: Mode::ALL.to_vec(),
                ..PriorHelpParams::default()
            };
            let part = read_store_of(&folder, &dimensions, &params.wanted()).unwrap();
            assert!(part.spells().len() < outcome.journeys.spells().len());
            let (found, expected) = (
                prior_help(&part, &dimensions, &params),
                prior_help(&outcome.journeys, &dimensions, &params),
            );
            assert!(found == expected, "{kind:?} {by:?}");
            asked += found.len();
        }
    }
    assert!(asked > 1000, "{asked}");
    std::fs::remove_dir_all(&folder).unwrap();
}
