//! The calls of a live drill: look, stop, start. Nothing here writes a route.

use std::sync::Arc;
use std::time::Duration;

use hopover_aws::{Aws, Clock, OperateError};
use hopover_core::Span;
use hopover_core::group::Group;
use hopover_core::id::InstanceId;
use hopover_core::observation::{InstanceState, Observation, ObserveFailure};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::super::picture::{MemberPicture, Picture};
use super::super::protocol::{LogLine, Loudness, StepReport};
use super::super::steps::{Act, Step};
use super::super::text;
use super::kept::{Kept, STEPS, UnderWay};
use super::watch::{Next, Watch};
use crate::arguments::Format;
use crate::failure::Failure;
use crate::output::{self, bad, faint, warned};

/// How patient the drill is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// The longest that a step may take.
    pub(super) limit: Span,
    /// For how long its end must hold.
    pub(super) hold: Span,
    /// From one look to the next.
    pub(super) every: Span,
}

/// The VPC on which the drill is played.
pub(super) struct Stage {
    pub(super) kept: Kept,
    aws: Aws,
    group: Arc<Group>,
    pace: Pace,
    clock: Clock,
    bar: ProgressBar,
}

/// What is done about an instance in its state.
enum Move {
    Ask,
    Wait,
    /// It is on its way, or there.
    Nothing,
    Hopeless,
}

fn towards(act: &Act, state: InstanceState) -> Move {
    use InstanceState::{Pending, Running, ShuttingDown, Stopped, Stopping, Terminated};
    match (act, state) {
        (_, ShuttingDown | Terminated) => Move::Hopeless,
        (Act::Stop(_), Running) | (Act::Start(_), Stopped) => Move::Ask,
        (Act::Stop(_), Pending) | (Act::Start(_), Stopping) => Move::Wait,
        (Act::Stop(_), Stopping | Stopped) | (Act::Start(_), Pending | Running) => Move::Nothing,
    }
}

impl Stage {
    pub(super) fn new(aws: Aws, group: Arc<Group>, pace: Pace, kept: Kept) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("  {spinner} {msg} ({elapsed})");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        Self { kept, aws, group, pace, clock: Clock::new(), bar }
    }

    /// Plays the steps that are left. Returns the one that did not end as expected.
    pub(super) async fn play(&mut self, format: Format) -> Result<Option<StepReport>, Failure> {
        let steps = self.kept.cast.steps();
        for (at, step) in steps.iter().enumerate().skip(self.kept.done.len()) {
            for act in &step.acts {
                let report = self.step(at + 1, step, act).await?;
                self.bar.suspend(|| {
                    if format == Format::Text {
                        text::step(at + 1, &report);
                    }
                });
                if !report.passed() {
                    return Ok(Some(report));
                }
                self.kept.done.push(report);
            }
            self.kept.under_way = None;
            self.kept.save()?;
        }
        Ok(None)
    }

    async fn step(&mut self, number: usize, step: &Step, act: &Act) -> Result<StepReport, Failure> {
        let resumed = self.kept.under_way.take().filter(|under_way| under_way.number == number);
        let was_resumed = resumed.is_some();
        let under_way = match resumed {
            Some(under_way) => under_way,
            None => UnderWay { number, started_at: self.clock.now(), before: self.look_patiently().await? },
        };
        self.kept.under_way = Some(under_way.clone());
        self.kept.save()?;
        let at_first = self.kept.at_first.clone();
        let UnderWay { started_at, before, .. } = under_way;
        let mut watch = Watch::new(step, act, &at_first, before, started_at, self.pace, self.clock.now());
        let what = format!(
            "step {number} of {STEPS}: {}{}",
            step.name(),
            if was_resumed { ", resumed" } else { "" }
        );
        watch.note(self.clock.now(), Loudness::Info, &what);
        self.bar.reset_elapsed();
        self.ask_for(act, &mut watch, number).await?;
        loop {
            let next = match self.look().await {
                Ok(picture) => watch.saw(self.clock.now(), picture),
                Err(failure) => self.could_not_look(&mut watch, failure)?,
            };
            self.show(&mut watch, number);
            if next == Next::Over {
                break;
            }
            self.pause().await;
        }
        let report = watch.report(self.clock.now());
        if let Act::Start(member) = act
            && is_running(&report.after, member.as_str())
        {
            self.kept.stopped.remove(member);
            self.kept.save()?;
        }
        Ok(report)
    }

    /// Has EC2 do it, unless it is on its way already. Asked again while there is no answer: the second time changes nothing.
    async fn ask_for(&mut self, act: &Act, watch: &mut Watch<'_>, number: usize) -> Result<(), Failure> {
        loop {
            match self.look().await {
                Ok(picture) => match self.ask_once(act, &picture, watch).await? {
                    Asked::Done => return Ok(()),
                    Asked::Again => {}
                },
                Err(failure) => {
                    self.could_not_look(watch, failure)?;
                }
            }
            self.show(watch, number);
            if watch.is_late(self.clock.now()) {
                return Ok(());
            }
            self.pause().await;
        }
    }

    async fn ask_once(
        &mut self,
        act: &Act,
        picture: &Picture,
        watch: &mut Watch<'_>,
    ) -> Result<Asked, Failure> {
        let member = act.member();
        let (instance, state) = instance_of(picture.member(member.as_str()), member.as_str())?;
        match towards(act, state) {
            Move::Hopeless => {
                return Err(Failure::Unexpected(format!(
                    "{member} ({instance}) is {state}: it will not come back"
                )));
            }
            Move::Wait => return Ok(Asked::Again),
            Move::Nothing => {
                watch.note(
                    self.clock.now(),
                    Loudness::Info,
                    &format!("{member} ({instance}) is {state} already"),
                );
                return Ok(Asked::Done);
            }
            Move::Ask => {}
        }
        let now = self.clock.now();
        let answer = match act {
            Act::Stop(member) => {
                // Written down before it is done.
                self.kept.stopped.insert(member.clone(), instance.clone());
                self.kept.save()?;
                watch.sent(now, &format!("StopInstances {instance} ({member})"));
                self.aws.stop_instance(&instance).await
            }
            Act::Start(member) => {
                watch.sent(now, &format!("StartInstances {instance} ({member})"));
                self.aws.start_instance(&instance).await
            }
        };
        match answer {
            Ok(()) => Ok(Asked::Done),
            Err(error) if error.transient => {
                watch.note(self.clock.now(), Loudness::Warn, &error.to_string());
                Ok(Asked::Again)
            }
            Err(error) => {
                if matches!(act, Act::Stop(_)) {
                    self.kept.stopped.remove(member);
                    self.kept.save()?;
                }
                Err(Failure::Operate(error))
            }
        }
    }

    /// Starts everything that the drill has stopped, and waits until it runs. Returns what is there then.
    pub(super) async fn put_back(&mut self) -> Result<Picture, Failure> {
        let until = self.clock.now() + self.pace.limit;
        self.bar.reset_elapsed();
        let mut told = None;
        loop {
            let now = match self.look().await {
                Ok(picture) => Some(picture),
                Err(failure) if failure.transient => None,
                Err(failure) => return Err(Failure::Observe(failure)),
            };
            if let Some(picture) = now {
                let status = self.start_all(&picture).await?;
                if self.kept.stopped.is_empty() {
                    return Ok(picture);
                }
                if told.as_ref() != Some(&status) {
                    self.tell(&LogLine::new(self.clock.now(), Loudness::Info, &status));
                }
                told = Some(status.clone());
                self.bar.set_message(status);
                self.bar.tick();
            }
            if self.clock.now() >= until {
                let seconds = self.pace.limit.as_secs();
                return Err(Failure::Unexpected(format!("not everything runs after {seconds} s")));
            }
            self.pause().await;
        }
    }

    /// Starts what can be started now, and takes off the list what runs. Returns how it stands.
    async fn start_all(&mut self, picture: &Picture) -> Result<String, Failure> {
        let mut status = Vec::new();
        for (member, instance) in self.kept.stopped.clone() {
            let (_, state) = instance_of(picture.member(member.as_str()), member.as_str())?;
            if state == InstanceState::Running {
                self.kept.stopped.remove(&member);
                self.kept.save()?;
                self.tell(&LogLine::new(
                    self.clock.now(),
                    Loudness::Info,
                    &format!("{member} ({instance}) is running"),
                ));
                continue;
            }
            if matches!(towards(&Act::Start(member.clone()), state), Move::Ask) {
                match self.aws.start_instance(&instance).await {
                    Ok(()) | Err(OperateError { transient: true, .. }) => {}
                    Err(error) => return Err(Failure::Operate(error)),
                }
            }
            status.push(format!("{member} ({instance}) is {state}, to be started"));
        }
        Ok(status.join("; "))
    }

    /// One look, to say how things are.
    pub(super) async fn look_once(&self) -> Result<Picture, Failure> {
        self.look().await.map_err(Failure::Observe)
    }

    async fn look(&self) -> Result<Picture, ObserveFailure> {
        let seen = self.aws.observe(&self.group).await?;
        if let Observation { instances: Err(failure), .. } = seen {
            return Err(failure);
        }
        Picture::of(&self.group, &seen, self.clock.now())
            .map_err(|foreign| ObserveFailure { message: foreign.to_string(), transient: false })
    }

    async fn look_patiently(&self) -> Result<Picture, Failure> {
        let until = self.clock.now() + self.pace.limit;
        loop {
            match self.look().await {
                Ok(picture) => return Ok(picture),
                Err(failure) if !failure.transient || self.clock.now() >= until => {
                    return Err(Failure::Observe(failure));
                }
                Err(_) => self.pause().await,
            }
        }
    }

    /// A look that failed is told; only one that will fail again ends the drill.
    fn could_not_look(&self, watch: &mut Watch<'_>, failure: ObserveFailure) -> Result<Next, Failure> {
        if !failure.transient {
            return Err(Failure::Observe(failure));
        }
        let now = self.clock.now();
        watch.note(now, Loudness::Warn, &format!("could not look: {failure}"));
        if watch.is_late(now) { Err(Failure::Observe(failure)) } else { Ok(Next::LookAgain) }
    }

    async fn pause(&self) {
        tokio::time::sleep(Duration::try_from(self.pace.every).unwrap_or_default()).await;
    }

    fn show(&self, watch: &mut Watch<'_>, number: usize) {
        for line in watch.untold() {
            self.tell(line);
        }
        self.bar.set_message(format!("step {number} of {STEPS}: {}", watch.status()));
        self.bar.tick();
    }

    fn tell(&self, line: &LogLine) {
        let at = faint(line.at.strftime("%H:%M:%S"));
        let text = match line.level {
            Loudness::Info => line.text.clone(),
            Loudness::Warn => warned(&line.text),
            Loudness::Error => bad(&line.text),
        };
        self.bar.suspend(|| output::talk(format_args!("  {at} {text}")));
    }

    /// Takes the line of progress away.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// What came of asking EC2.
enum Asked {
    Done,
    Again,
}

fn is_running(picture: &Picture, member: &str) -> bool {
    picture.member(member).and_then(|member| member.state) == Some(InstanceState::Running)
}

fn instance_of(member: Option<&MemberPicture>, name: &str) -> Result<(InstanceId, InstanceState), Failure> {
    let instance = member.and_then(|member| Some((member.instance.as_ref()?.parse().ok()?, member.state?)));
    instance
        .ok_or_else(|| Failure::Unexpected(format!("no instance holds the interfaces of {name} any more")))
}
