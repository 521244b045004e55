//! An embedded VPC, fresh or from a file.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use hopover_core::Span;
use hopover_core::config::Config;
use hopover_core::fact::Fact;
use hopover_core::report::Report;
use hopover_core::trigger::Trigger;
use hopover_sim::file::World;
use hopover_sim::{Cloud, Settings, Simulation, example};
use serde_json::Value;

use crate::failure::Failure;

/// Longer than any instance takes to stop or start, and any run to end.
const PATIENCE: Span = Span::from_hours(1);

/// A VPC in memory.
pub(crate) struct Embedded {
    pub(crate) simulation: Simulation,
    file: Option<PathBuf>,
    seed: u64,
}

impl Embedded {
    /// The VPC in the file; the example if there is no file, or not yet.
    pub(super) fn open(file: Option<PathBuf>, config: Option<Config>) -> Result<Self, Failure> {
        // Nothing makes the function look but what the command does: no sweep, and nothing is tried again.
        let settings = Settings { sweep: None, retries: Vec::new(), ..Settings::default() };
        let kept = file.as_deref().map(read).transpose()?.flatten();
        let (cloud, now, seed) = match kept {
            Some((world, cloud)) => (cloud, world.now, world.seed),
            None => (example::cloud(Span::ZERO, settings.throttling), example::epoch(), 1),
        };
        let config = config.unwrap_or_else(example::config);
        Ok(Self { simulation: Simulation::new(cloud, config, settings, now, seed), file, seed })
    }

    /// From now on no event of an instance reaches the function.
    pub(crate) fn unwatch(&mut self) {
        let settings = Settings { event_lost: 100, ..self.simulation.settings().clone() };
        self.simulation.change_settings(settings);
    }

    /// The VPC as it is kept for the next command.
    pub(crate) fn kept(&self) -> World {
        World::of(&self.simulation.cloud, self.simulation.now(), self.seed + 1)
    }

    /// Keeps the VPC for the next command, if it is kept in a file.
    pub(crate) fn save(&self) -> Result<(), Failure> {
        let Some(file) = &self.file else { return Ok(()) };
        let text =
            serde_json::to_string_pretty(&self.kept()).map_err(|e| Failure::Unexpected(e.to_string()))?;
        // Whoever interrupts this must not find half a VPC.
        let beside = file.with_extension("part");
        fs::write(&beside, text + "\n")
            .and_then(|()| fs::rename(&beside, file))
            .map_err(|source| Failure::Write { path: file.display().to_string(), source })
    }

    pub(super) fn run(&mut self, event: &Value, tell: &mut dyn FnMut(&Fact)) -> Result<Report, Failure> {
        self.simulation.config().groups_for(&Trigger::from_value(event)?)?;
        let told_before = self.simulation.story.len();
        self.simulation.invoke(event.clone());
        self.simulation.settle(PATIENCE);
        self.simulation.story[told_before..].iter().for_each(|told| tell(&told.fact));
        let ended = self.simulation.finished().last();
        let ended = ended.ok_or_else(|| Failure::Unexpected("the pass did not end".to_owned()))?;
        let report = ended.result.clone().map_err(Failure::Unexpected)?;
        self.save()?;
        Ok(report)
    }
}

/// The VPC in a file; `None` if there is no such file.
fn read(path: &Path) -> Result<Option<(World, Cloud)>, Failure> {
    let name = || path.display().to_string();
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(Failure::Read { path: name(), source }),
    };
    let wrong = |source| Failure::World { path: name(), source };
    let world = World::from_json(&text).map_err(wrong)?;
    let cloud = world.cloud().map_err(wrong)?;
    Ok(Some((world, cloud)))
}
