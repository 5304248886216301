//! How counts of children are protected, from what was typed.

use anyhow::Result;
use disparity_disclosure::{Policy, Rule};

use crate::hint::Hinted;
use crate::returns_args::ControlArgs;

/// The policy that options ask for. Says on standard error where nothing is protected.
pub(crate) fn policy(args: &ControlArgs) -> Result<Policy> {
    if let Some(why) = &args.unprotected {
        return unprotected(why);
    }
    if args.withhold_to == 0 {
        return Err(Hinted::new(
            "--withhold-to 0 would withhold nothing",
            "say why nothing is to be withheld: --unprotected \"why\"",
        )
        .into());
    }
    Ok(Policy::Protected(Rule {
        withhold_to: args.withhold_to,
        hide_zeros: args.hide_zeros,
        round_to: args.round_to.max(1),
        ..Rule::DEFAULT
    }))
}

/// The usual rule, or nothing for a reason that is given.
pub(crate) fn usual_or(why: Option<&str>) -> Result<Policy> {
    why.map_or(Ok(Policy::Protected(Rule::DEFAULT)), unprotected)
}

/// Nothing is withheld, for a reason that is given.
fn unprotected(why: &str) -> Result<Policy> {
    let reason = why.split_whitespace().collect::<Vec<_>>().join(" ");
    if reason.is_empty() {
        return Err(Hinted::new(
            "--unprotected needs a reason",
            "say in words why nothing is to be withheld; it is printed with the figures",
        )
        .into());
    }
    crate::out::tell(format_args!(
        "UNPROTECTED: nothing is withheld ({reason}); what follows may identify children and is not to be \
         passed on"
    ));
    Ok(Policy::Unprotected { reason })
}

/// The line above figures of which nothing is withheld.
pub(crate) fn unprotected_note(policy: &Policy) -> String {
    policy.reason().map_or_else(String::new, |reason| {
        format!("UNPROTECTED: nothing is withheld ({reason})\n\n")
    })
}
