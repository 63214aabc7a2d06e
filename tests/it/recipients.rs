//! What the mailing list says of a card's recipient, beside its questions.

use std::fs;

use crate::program::{self, Campaign};

/// One card of the samples whose key the list holds, under a form that lets people see these columns.
pub(crate) fn listed(columns: &str) -> Campaign {
    let campaign = Campaign::new(&["vaccine-intent"]);
    let form = campaign.root().join("forms/vaccine-intent/form.toml");
    let text = fs::read_to_string(&form).unwrap();
    let text = text.replace("[side.key]", &format!("[side.key]\nrecord = [{columns}]"));
    fs::write(&form, text).unwrap();
    let list = "key,宛名,学年,備考\n6234049861,<b>送付先一</b>,二年,秘密\n1,送付先二,三年,\n";
    fs::write(campaign.root().join("recipients.csv"), list).unwrap();
    let card = program::samples().join("vaccine-intent/0002_answer.jpg");
    assert_eq!(campaign.hagaki(&["run", &card.to_string_lossy()]).code, 0);
    campaign
}

#[test]
fn a_question_shows_of_the_recipient_what_the_form_allows() {
    let campaign = listed("\"学年\", \"宛名\"");
    let said = campaign
        .hagaki(&["--lang", "en", "review", "show", "1"])
        .out;
    assert!(said.contains("recipient: 学年 二年"), "{said}");
    assert!(said.contains("recipient: 宛名 <b>送付先一</b>"), "{said}");
    assert!(
        !said.contains("秘密") && !said.contains("送付先二"),
        "{said}"
    );
    let silent = listed("");
    let said = silent.hagaki(&["--lang", "en", "review", "show", "1"]).out;
    assert!(!said.contains("recipient"), "{said}");
}

#[test]
fn a_column_that_the_list_lacks_is_said_before_anything_is_shown() {
    let campaign = listed("\"学年\"");
    let list = "key,宛名\n6234049861,送付先一\n";
    fs::write(campaign.root().join("recipients.csv"), list).unwrap();
    let said = campaign.hagaki(&["--lang", "en", "review", "show", "1"]);
    assert_ne!(said.code, 0);
    assert!(
        said.err.contains("学年") && !said.err.contains("送付先一"),
        "{}",
        said.err
    );
}
