//! The names of the `CloudFormation` template.

use std::collections::BTreeSet;

use saphyr::{LoadableYamlNode as _, Yaml};

use crate::documents::read;

/// The shipped template.
pub(crate) struct Template {
    text: String,
}

impl Template {
    pub(crate) fn shipped() -> Self {
        Self { text: read("deploy/cloudformation/hopover.yaml") }
    }

    /// The keys of a part of it, such as `Parameters`.
    pub(crate) fn names(&self, part: &str) -> BTreeSet<String> {
        let documents = Yaml::load_from_str(&self.text).expect("the template is YAML");
        let part =
            documents[0].as_mapping_get(part).and_then(Yaml::as_mapping).expect("a part of the template");
        part.keys().map(|key| key.as_str().expect("a name").to_owned()).collect()
    }

    /// The names of the alarms of a stack.
    pub(crate) fn alarms(&self, stack: &str) -> BTreeSet<String> {
        let names = self.text.lines().filter_map(|line| line.trim().strip_prefix("AlarmName: !Sub "));
        names.map(|name| name.replace("${AWS::StackName}", stack)).collect()
    }

    /// The whole text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}
