//! A hundred kills and more, over all deliveries; and two victims whose inboxes break their promises, which is found out.

use std::path::Path;

use kill::check::{Kind, check};
use kill::history::Delivery;
use kill::round::{self, Plan};
use kill::watched::Wrong;

const PROGRAM: &str = env!("CARGO_BIN_EXE_kill");

async fn finds_nothing(plan: Plan) {
    let history = round::run(&plan, Path::new(PROGRAM)).await.unwrap_or_else(|error| panic!("{error:?}"));
    let found = check(&history);
    println!("{plan:?}\n{}", found.figures);
    let faults: Vec<String> = found.faults.iter().map(ToString::to_string).collect();
    assert!(faults.is_empty(), "{plan:?}\n{}\nrepeat with: {}", faults.join("\n"), plan.command());
    assert!(found.figures.events > plan.kills, "hardly anything happened:\n{}", found.figures);
}

/// Another one each time.
fn seed() -> u64 {
    fastrand::u64(..)
}

#[tokio::test]
async fn by_webhook() {
    finds_nothing(Plan::new(Delivery::Webhook, 30, seed())).await;
}

#[tokio::test]
async fn by_websocket() {
    finds_nothing(Plan::new(Delivery::Websocket, 30, seed())).await;
}

#[tokio::test]
async fn by_polling() {
    finds_nothing(Plan::new(Delivery::Polling, 30, seed())).await;
}

#[tokio::test]
async fn strictly() {
    for delivery in Delivery::ALL {
        finds_nothing(Plan::new(delivery, 10, seed()).strict()).await;
    }
}

/// Whoever answers before the commit loses what comes between.
#[tokio::test]
async fn an_answer_before_the_commit_is_found_out() {
    assert!(is_found_out(Wrong::AnswersFirst).await);
}

/// Whoever acknowledges before the handler loses what the handler did not come to.
#[tokio::test]
async fn an_acknowledgement_before_the_handler_is_found_out() {
    assert!(is_found_out(Wrong::SettlesFirst).await);
}

/// None of its kills may have come in the moment that counts: some rounds lose one event, so there are some that lose none.
async fn is_found_out(wrong: Wrong) -> bool {
    for _ in 0..20 {
        if loses(wrong).await > 0 {
            return true;
        }
    }
    false
}

async fn loses(wrong: Wrong) -> usize {
    let plan = Plan::new(Delivery::Webhook, 30, seed()).wrong(wrong);
    let history = round::run(&plan, Path::new(PROGRAM)).await.unwrap_or_else(|error| panic!("{error:?}"));
    let lost = check(&history).count(Kind::Lost);
    println!("{plan:?}: {lost} lost");
    lost
}
