//! Calls of AWS's APIs that need no SDK: the query protocol and the JSON protocol, as the account's root.

use serde_json::Value;

use crate::world::REGION;

/// The server reads service and region from the scope of the signature, and does not check the rest.
fn authorization(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/{service}/aws4_request, SignedHeaders=host, Signature=0"
    )
}

/// A call in the query protocol; gives the reply's XML.
pub(crate) fn query(endpoint: &str, service: &str, parameters: &[(&str, &str)]) -> String {
    let call = ureq::post(format!("{endpoint}/")).header("Authorization", authorization(service));
    let answer = call.send_form(parameters.iter().copied());
    let mut answer = answer.unwrap_or_else(|error| panic!("{service} {parameters:?}: {error}"));
    answer.body_mut().read_to_string().expect("text")
}

/// The content of the first element of that name.
pub(crate) fn element<'a>(xml: &'a str, name: &str) -> &'a str {
    let content = xml.split_once(&format!("<{name}>")).and_then(|(_, rest)| rest.split_once("</"));
    content.unwrap_or_else(|| panic!("no {name} in {xml}")).0
}

/// A call in the JSON protocol; `target` names the service's model and the action.
pub(crate) fn json(endpoint: &str, service: &str, target: &str, body: &Value) -> Value {
    let answer = ureq::post(format!("{endpoint}/"))
        .header("Authorization", authorization(service))
        .header("X-Amz-Target", target)
        .header("Content-Type", "application/x-amz-json-1.0")
        .send(body.to_string());
    let mut answer = answer.unwrap_or_else(|error| panic!("{target} {body}: {error}"));
    let text = answer.body_mut().read_to_string().expect("text");
    serde_json::from_str(&text).unwrap_or_default()
}

/// A POST to a path, with JSON either way.
pub(crate) fn rest(endpoint: &str, service: &str, path: &str, body: &Value) -> Value {
    let call = ureq::post(format!("{endpoint}{path}")).header("Authorization", authorization(service));
    let mut answer = call.send_json(body).unwrap_or_else(|error| panic!("{path} {body}: {error}"));
    answer.body_mut().read_json().expect("JSON")
}

/// A DELETE of a path.
pub(crate) fn delete(endpoint: &str, service: &str, path: &str) {
    let call = ureq::delete(format!("{endpoint}{path}")).header("Authorization", authorization(service));
    call.call().unwrap_or_else(|error| panic!("{path}: {error}"));
}
