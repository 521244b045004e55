//! The wide look of `init` and `doctor`.

use std::path::PathBuf;

use hopover_aws::{Aws, ambient_region};
use hopover_core::group::Group;
use hopover_core::id::Region;
use hopover_core::survey::Survey;

use super::{Embedded, Place};
use crate::failure::Failure;

impl Place {
    /// What a group depends on. What cannot be read is a part of it.
    pub(crate) fn survey(&self, group: &Group) -> Survey {
        match self {
            Self::Account(account) => account.survey(group),
            Self::Embedded(embedded) => embedded.simulation.cloud.survey_of(group),
        }
    }
}

/// Everything that a group could be made of, in a whole region: the given one, else that of the SDK's environment or profile.
pub(crate) fn region(embedded: Option<&Option<PathBuf>>, region: Option<&Region>) -> Result<Survey, Failure> {
    if let Some(file) = embedded {
        return Ok(Embedded::open(file.clone(), None)?.simulation.cloud.survey());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Unexpected(error.to_string()))?;
    runtime.block_on(async {
        let region = match region {
            Some(region) => region.clone(),
            None => ambient_region().await.ok_or_else(|| {
                Failure::Usage(
                    "in which region? name it with --region, in AWS_REGION, or in a profile".to_owned(),
                )
            })?,
        };
        Ok(Aws::connect(&region).await.survey().await)
    })
}
