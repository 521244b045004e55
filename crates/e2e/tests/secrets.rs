//! Nobody who may read logs, reports or messages learns the credentials by it.

use std::fs::File;
use std::process::Command;

use hopover_e2e::binaries;
use hopover_e2e::function::Function;
use hopover_e2e::inbox::Inbox;
use hopover_e2e::pair::Pair;
use serde_json::{Value, json};

/// Credentials whose every part is told from anything else.
const CREDENTIALS: [(&str, &str); 3] = [
    ("AWS_ACCESS_KEY_ID", "AKIAQ7ZKEYIDENTIFIER"),
    ("AWS_SECRET_ACCESS_KEY", "sEcReT/q7Z+0123456789abcdefABCDEFwxyzWXY"),
    ("AWS_SESSION_TOKEN", "tOkEnQ7Z//////////wEaCXVzLWVhc3QtMSJHMEUCIQD+aNotherPart=="),
];

/// Every setting that makes programs with these libraries talk more.
const TALKATIVE: [(&str, &str); 5] = [
    ("RUST_LOG", "trace"),
    ("AWS_LAMBDA_LOG_LEVEL", "TRACE"),
    ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
    ("LOG_LEVEL", "trace"),
    ("RUST_BACKTRACE", "full"),
];

/// What stands around credentials on the wire, in lower case.
const WIRE: [&str; 4] = ["aws4-hmac-sha256", "signature=", "x-amz-security-token", "authorization:"];

/// How long a part of a secret may be to say nothing.
const HARMLESS: usize = 10;

/// What a text gives away.
fn leaks(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let wire = WIRE.iter().filter(|mark| lower.contains(**mark)).map(|mark| (*mark).to_owned());
    let parts = CREDENTIALS.iter().filter_map(|(name, secret)| {
        let characters: Vec<_> = secret.chars().collect();
        let parts = characters.windows(HARMLESS + 1).map(|part| part.iter().collect::<String>());
        let encoded = |part: &str| part.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D");
        parts
            .into_iter()
            .find(|part| text.contains(part) || text.contains(&encoded(part)))
            .map(|part| format!("{part} of {name}"))
    });
    wire.chain(parts).collect()
}

/// What makes a run succeed, be denied, and be refused for its token; and how each ends.
fn faults() -> [(Option<Value>, Option<&'static str>); 4] {
    let expired = json!({
        "match": {}, "effect": "error", "code": "RequestExpired", "message": "Request has expired."
    });
    [
        (Some(expired), Some("have expired (RequestExpired")),
        (
            Some(json!({ "match": { "Action": "DescribeRouteTables" }, "effect": "deny" })),
            Some("is denied (UnauthorizedOperation"),
        ),
        (
            Some(json!({ "match": { "Action": "ReplaceRoute" }, "effect": "deny" })),
            Some("permission ec2:ReplaceRoute is missing"),
        ),
        (None, None),
    ]
}

fn assert_signed_with_these(pair: &Pair) {
    let calls = pair.server.calls("DescribeRouteTables");
    assert!(
        calls.iter().any(|call| call["access_key"] == CREDENTIALS[0].1),
        "the credentials were never used: {calls:?}"
    );
}

#[test]
fn no_setting_of_the_log_makes_the_function_tell_its_credentials() {
    let pair = Pair::with_routes(&["0.0.0.0/0", "172.16.0.0/12"]);
    pair.world.stop(&pair.a);
    let stopped = pair.server.events().pop().expect("an event");
    let inbox = Inbox::subscribe(&pair.server, "secrets");
    let mut environment = pair.environment();
    environment.push(("HOPOVER_TOPIC_ARN", &inbox.topic));
    environment.extend(CREDENTIALS);
    environment.extend(TALKATIVE);
    let function = Function::start(&pair.server, &environment);

    let mut seen = Vec::new();
    for (fault, told) in faults() {
        pair.server.heal();
        if let Some(fault) = fault {
            pair.server.fault(&fault);
        }
        let answer = function.invoke(&stopped);
        assert_eq!(answer.error().is_some(), told.is_some(), "{answer:?}");
        assert!(function.log().contains(told.unwrap_or("told: ")), "{told:?}: {}", function.log());
        seen.push(answer.document.to_string());
        seen.extend(inbox.read().into_iter().flat_map(|message| [message.subject, message.body]));
    }
    seen.push(function.log());
    let seen = seen.join("\n");

    assert_signed_with_these(&pair);
    let reached = ["NOT be moved", "2 routes moved from host1 to host2", pair.b.interface.as_str()];
    assert!(reached.iter().all(|text| seen.contains(text)), "not everything was searched: {seen}");
    assert!(function.story().len() > 20, "{seen}");
    assert_eq!(leaks(&seen), [""; 0], "{seen}");
}

#[test]
fn no_setting_of_the_log_makes_the_command_line_tell_its_credentials() {
    let pair = Pair::with_routes(&["0.0.0.0/0", "172.16.0.0/12"]);
    pair.world.stop(&pair.a);
    let stopped = pair.server.events().pop().expect("an event");
    let file = std::env::temp_dir().join(format!("hopover-secrets-{}", std::process::id()));
    std::fs::write(&file, stopped.to_string()).expect("a temporary file");

    for (fault, told) in faults() {
        pair.server.heal();
        if let Some(fault) = fault {
            pair.server.fault(&fault);
        }
        let output = Command::new(binaries::hopover())
            .args(["invoke", "--event", "-"])
            .stdin(File::open(&file).expect("the temporary file"))
            .env_clear()
            .envs(pair.environment())
            .envs(CREDENTIALS)
            .envs(TALKATIVE)
            .env("AWS_ENDPOINT_URL", &pair.server.url)
            .output()
            .expect("hopover starts");
        let seen = format!(
            "{}\n{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        assert_eq!(output.status.success(), told.is_none(), "{seen}");
        assert!(seen.contains(told.unwrap_or("2 routes moved from host1 to host2")), "{seen}");
        assert_eq!(leaks(&seen), [""; 0], "{seen}");
    }
    std::fs::remove_file(&file).expect("the temporary file is ours");
    assert_signed_with_these(&pair);
}

#[test]
fn the_search_finds_every_credential_also_in_parts_and_encoded() {
    for (name, secret) in CREDENTIALS {
        for text in [secret.to_owned(), format!("…{}…", &secret[5..16]), secret.replace('/', "%2F")] {
            assert_eq!(leaks(&format!("{{\"header\":\"{text}\"}}")).len(), 1, "{name}: {text}");
        }
    }
    assert_eq!(leaks("Authorization: AWS4-HMAC-SHA256 Credential=x, Signature=0f").len(), 3);
    assert!(leaks("credentials AWS_SECRET_ACCESS_KEY RequestExpired").is_empty());
}
