//! The rows of sharing.

use super::{Foreign, Function, Kind, NO_IDS, NOT_JSON, Scene, their_id, their_list};
use serde_json::{Value, json};

const USER: Foreign = ("user", their_id, 401, "OTHER_USER");
const LIST: Foreign = ("list", their_list, 404, "NOT_FOUND");
const MEMBER: Foreign = ("member", their_id, 404, "NOT_FOUND");

pub const FUNCTIONS: [Function; 8] = [
    Function {
        name: "members",
        kind: Kind::Json,
        works: of_list,
        required: &["list"],
        foreign: &[USER, LIST],
        unreadable: NOT_JSON,
    },
    Function {
        name: "set_role",
        kind: Kind::Form,
        works: |scene| with(of_member(scene), "role", "viewer"),
        required: &["list", "member", "role"],
        foreign: &[
            USER,
            LIST,
            MEMBER,
            (
                "member",
                |scene| json!(scene.mine.person.id),
                403,
                "FORBIDDEN",
            ),
            ("role", |_| json!("owner"), 422, "INVALID"),
        ],
        unreadable: &["list=x&member=y&role=viewer", "role=admin"],
    },
    Function {
        name: "remove_member",
        kind: Kind::Form,
        works: of_member,
        required: &["list", "member"],
        foreign: &[USER, LIST, MEMBER],
        unreadable: &["list=x&member=y", "member=%ff%fe"],
    },
    Function {
        name: "invite",
        kind: Kind::Form,
        works: |scene| with(of_list(scene), "role", "editor"),
        required: &["list", "role"],
        foreign: &[
            USER,
            LIST,
            ("list", |scene| json!(scene.mine.joined), 403, "FORBIDDEN"),
            ("role", |_| json!("owner"), 422, "INVALID"),
        ],
        unreadable: &["list=x&role=viewer", "role[a]=b"],
    },
    Function {
        name: "invitations",
        kind: Kind::Json,
        works: of_list,
        required: &["list"],
        foreign: &[
            USER,
            LIST,
            ("list", |scene| json!(scene.mine.joined), 403, "FORBIDDEN"),
        ],
        unreadable: NOT_JSON,
    },
    Function {
        name: "revoke_invitation",
        kind: Kind::Form,
        works: |scene| with(of_list(scene), "id", &scene.mine.invitation),
        required: &["list", "id"],
        foreign: &[
            USER,
            LIST,
            (
                "id",
                |scene| json!(scene.theirs.invitation),
                404,
                "NOT_FOUND",
            ),
        ],
        unreadable: &["list=x&id=y", "id=%ff%fe"],
    },
    Function {
        name: "join",
        kind: Kind::Form,
        works: |scene| json!({"user": scene.mine.person.id, "token": scene.mine.token}),
        required: &["token"],
        foreign: &[USER, ("token", |_| json!("A".repeat(43)), 404, "NOT_FOUND")],
        unreadable: NO_IDS,
    },
    Function {
        name: "leave_list",
        kind: Kind::Form,
        works: |scene| json!({"user": scene.mine.person.id, "list": scene.mine.joined}),
        required: &["list"],
        foreign: &[
            USER,
            LIST,
            ("list", |scene| json!(scene.mine.list), 403, "FORBIDDEN"),
        ],
        unreadable: &["list=not-an-id", "user=x&list=x"],
    },
];

fn of_list(scene: &Scene) -> Value {
    json!({"user": scene.mine.person.id, "list": scene.mine.list})
}

fn of_member(scene: &Scene) -> Value {
    with(of_list(scene), "member", &scene.mine.friend)
}

fn with(mut fields: Value, name: &str, value: &str) -> Value {
    fields[name] = json!(value);
    fields
}
