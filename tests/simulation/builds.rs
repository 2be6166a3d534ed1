//! What `next build` prerendered: it is in no table and knows no version, and is judged by when it was written.

use crate::host::WallClock;
use crate::plan::KeyPlan;
use crate::process::Process;
use crate::requests::{Answer, Requests, components};
use crate::truth::Rendered;
use nextjs_dynamodb_cache::cache::{Miss, Outcome, Standing};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The newest output for each page. All processes have it at once.
#[derive(Default)]
pub struct Builds {
    outputs: RefCell<BTreeMap<String, Rc<Output>>>,
}

/// A page of a build.
pub struct Output {
    pub rendered: Rendered,
    /// When it was written, Unix milliseconds by the build machine's clock.
    pub built_at_ms: u64,
}

impl Requests {
    /// A page is built, on a machine with this clock.
    pub async fn build(self: Rc<Self>, clock: Rc<WallClock>, page: KeyPlan) {
        let rendered = self.read_sources(&page).await;
        let built_at_ms = clock.now_ms(&self.world);
        self.world.trace(|| format!("{} is built at {built_at_ms}", page.key));
        self.builds.outputs.borrow_mut().insert(page.key, Rc::new(Output { rendered, built_at_ms }));
    }

    /// Whether what a get did not find in the table is served from the build, with nothing more to do.
    pub async fn served_from_build(
        &self,
        process: &Process,
        page: &KeyPlan,
        soft_tags: &[String],
        answer: &Answer,
    ) -> bool {
        if !matches!(answer.lookup.outcome, Outcome::Miss(Miss::Absent | Miss::Unreadable(_))) {
            return false;
        }
        let Some(output) = self.builds.outputs.borrow().get(&page.key).cloned() else { return false };
        let standing = self.judge_built(process, &output, soft_tags, answer.lookup.version).await;
        let Some(standing) = standing else { return false };
        self.truth.check_built(&answer.asked, &output, standing, &process.clock);
        self.stats.built.set(self.stats.built.get() + u64::from(standing == Standing::Fresh));
        standing == Standing::Fresh
    }

    /// How an output stands; `None` when the table did not say.
    pub async fn judge_built(
        &self,
        process: &Process,
        output: &Output,
        soft_tags: &[String],
        version: u64,
    ) -> Option<Standing> {
        let tags: Vec<_> = output.rendered.tags.iter().chain(soft_tags).cloned().collect();
        let began_us = self.world.now_us();
        let judged = process.cache.judge_built(&components(&tags), output.built_at_ms, version).await;
        self.within_budget("judgeBuilt", process, began_us, self.plan.config.cold_timeout_ms);
        let standing = judged.ok().map(|judged| judged.standing);
        self.world.trace(|| {
            let Output { rendered, built_at_ms } = output;
            format!("{:?} judges {} of {built_at_ms}: {standing:?}", process.owner, rendered.key)
        });
        standing
    }
}
