//! The two test events that the template leaves in the Lambda console.

use hopover_e2e::cloud::stack::NAME;
use serde_json::Value;

use crate::stage::Stage;

#[test]
fn each_moves_the_routes_of_its_member_away() {
    let stage = Stage::new();
    let schema = &stage.cloud.schemas()["lambda-testevent-schemas"][format!("_{NAME}-schema")];
    let schema: Value = serde_json::from_str(schema.as_str().expect("a schema")).expect("OpenAPI in JSON");
    let press = |name: &str| {
        let event = &schema["components"]["examples"][name]["value"];
        let answer = stage.cloud.invoke(NAME, event);
        answer["groups"][0]["summary"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    };
    let summary = press("member-1-fails");
    assert!(summary.starts_with("2 routes moved from host1 to host2 in "), "{summary}");
    assert_eq!(stage.carried(), (0, 2));
    let summary = press("member-2-fails");
    assert!(summary.starts_with("2 routes moved from host2 to host1 in "), "{summary}");
    assert_eq!(stage.carried(), (2, 0));
}
