//! microburst, a proxy that breaks calls in AWS's own wire format.

use serde_json::{Value, json};

use crate::lab::{self, Serving};
use crate::server::Server;

/// A running proxy in front of a server.
pub struct FaultProxy {
    /// Its endpoint, without a path.
    pub url: String,
    _serving: Serving,
}

impl FaultProxy {
    /// A proxy that lets everything through. Where a rule has a probability, the dice begin at `seed`.
    pub fn start(server: &Server, seed: u32) -> Self {
        let serving = lab::serve(
            lab::python(),
            "fault_proxy.py",
            &["--upstream", &server.url, "--seed", &seed.to_string()],
        );
        Self { url: serving.url.clone(), _serving: serving }
    }

    /// Replaces the rules, a list in microburst's own form. Of several that match, the first counts.
    pub fn rules(&self, rules: &Value) {
        let request = ureq::post(format!("{}/_microburst/rules", self.url));
        request.send_json(rules).expect("the proxy accepts the rules");
    }

    /// Lets everything through again.
    pub fn heal(&self) {
        self.rules(&json!([]));
    }

    /// How many calls were broken since the start.
    pub fn broken(&self) -> u64 {
        let request = ureq::get(format!("{}/_microburst/stats", self.url));
        let stats: Value =
            request.call().and_then(|mut answer| answer.body_mut().read_json()).expect("the proxy answers");
        stats["requests"]["faulted"].as_u64().expect("a count")
    }
}
