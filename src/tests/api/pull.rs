//! What a pull leads to when the server no longer has what came since, or has another history.

use crate::tests::{
    app::{TestApp, blob},
    person::{add, new_id},
};
use serde_json::{Value, json};

#[tokio::test]
async fn from_before_what_was_pruned_a_pull_is_a_snapshot_and_from_there_on_a_delta() {
    let mut app = TestApp::start().await;
    let ada = app.person().await;
    let list = ada.list("Groceries").await;
    let ops = (0..4).map(|_| add(&new_id(), "milk")).collect();
    ada.push(&list, &new_id(), 1, ops).await.ok();
    let whole = ada.snapshot(&list).await;
    let prune = format!(
        "DELETE FROM events WHERE list_id = {} AND seq <= 2",
        blob(&list)
    );
    app.database(&prune).await;
    for since in 0..=4 {
        let more = json!({"epoch": whole["epoch"], "since": since});
        let pulled = ada.pull(&list, more).await.ok();
        if since < 2 {
            assert_eq!(pulled, whole);
            continue;
        }
        assert_eq!(
            (&pulled["type"], &pulled["seq"]),
            (&json!("DELTA"), &json!(4))
        );
        let events = pulled["events"].as_array().unwrap();
        let seqs: Vec<_> = events
            .iter()
            .map(|event| event["seq"].as_u64().unwrap())
            .collect();
        assert_eq!(seqs, (since + 1..=4).collect::<Vec<u64>>());
    }
}

#[tokio::test]
async fn a_pull_of_another_history_or_ahead_gives_the_whole_list_and_the_servers_epoch() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let list = ada.list("Groceries").await;
    ada.add(&list, "oat milk").await;
    let whole = ada.snapshot(&list).await;
    for (epoch, since) in [
        (json!(new_id()), json!(0)),
        (json!(new_id()), json!(1)),
        (whole["epoch"].clone(), json!(2)),
        (whole["epoch"].clone(), json!(u64::MAX)),
        (whole["epoch"].clone(), Value::Null),
        (Value::Null, json!(0)),
    ] {
        let pulled = ada
            .pull(&list, json!({"epoch": epoch, "since": since}))
            .await
            .ok();
        assert_eq!(pulled, whole, "{epoch} {since}");
    }
}
